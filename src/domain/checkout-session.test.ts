import { expect } from 'chai';
import { isOver } from './checkout-session.js';
import { paymentStatuses } from './payment-state.js';

describe('whether a payment waits in vain for its Checkout Session', () => {
  const over = (status: 'open' | 'complete' | 'expired' | null, debitFailed: boolean) =>
    paymentStatuses.filter((payment) =>
      isOver({ status: payment, checkout: status && { status }, debitFailed }),
    );

  it('no payment without one, and none while its page is open', () => {
    for (const debitFailed of [false, true]) {
      expect(over(null, debitFailed)).to.deep.equal([]);
      expect(over('open', debitFailed)).to.deep.equal([]);
    }
  });

  it('once it expired: those that wait for the customer, and none whose money is under way', () => {
    const waiting = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
    expect(over('expired', false)).to.deep.equal(waiting);
    expect(over('expired', true)).to.deep.equal(waiting);
  });

  it('once it is complete: one whose debit failed afterwards, and no other', () => {
    expect(over('complete', false)).to.deep.equal([]);
    expect(over('complete', true)).to.deep.equal(['requires_payment_method']);
  });
});
