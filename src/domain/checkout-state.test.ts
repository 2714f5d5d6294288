import { expect } from 'chai';
import { exampleOrder, examplePayment } from '../../tests/support/rows.js';
import { checkoutStateOf, declineOf } from './checkout-state.js';
import type { PaymentStatus } from './payment-state.js';
import type { OrderStatus } from './rows/order.js';

const checkout = (orderStatus: OrderStatus, paymentStatus: PaymentStatus | null) => ({
  order: exampleOrder({ status: orderStatus }),
  payment: paymentStatus === null ? null : examplePayment({ status: paymentStatus }),
});

describe('checkoutStateOf', () => {
  for (const [order, payment, state] of [
    ['pending', null, 'to_pay'],
    ['pending', 'creating', 'to_pay'],
    ['pending', 'requires_payment_method', 'to_pay'],
    ['pending', 'requires_action', 'to_pay'],
    ['pending', 'processing', 'processing'],
    ['pending', 'requires_capture', 'authorized'],
    ['pending', 'succeeded', 'paid'],
    ['paid', null, 'paid'],
    ['paid', 'succeeded', 'paid'],
    ['canceled', null, 'canceled'],
    ['cancelling', 'requires_payment_method', 'canceled'],
    // Paid too late: it is for the merchant to give the money back, and never for the customer to pay again.
    ['canceled', 'succeeded', 'paid'],
  ] as const)
    it(`an order that is ${order} with a payment that is ${payment ?? 'not there'} is ${state}`, () => {
      expect(checkoutStateOf(checkout(order, payment))).to.equal(state);
    });
});

describe('declineOf', () => {
  const lastError = { type: 'card_error', code: 'card_declined', declineCode: null, message: 'No.' };

  it('tells of a decline while another try is wanted, and not once there is one', () => {
    const order = exampleOrder();
    const declined = examplePayment({ status: 'requires_payment_method', lastError });
    expect(declineOf({ order, payment: declined })).to.equal(lastError);
    expect(declineOf({ order, payment: { ...declined, status: 'processing' } })).to.equal(null);
    expect(declineOf({ order, payment: null })).to.equal(null);
  });
});
