import { expect } from 'chai';
import { redactPersonal } from './redact-personal.js';

describe('redactPersonal', () => {
  const charge = {
    id: 'ch_1',
    object: 'charge',
    amount: 2500,
    status: 'succeeded',
    created: 1_700_000_000,
    payment_intent: 'pi_1',
    receipt_email: 'ada@example.com',
    description: 'a gift for Ada',
    billing_details: { email: 'ada@example.com', name: 'Ada', phone: '1', address: { city: 'London' } },
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242', exp_year: 2030 } },
    metadata: { guichet_operation: 'op_1', nickname: 'Ada' },
    refunds: { data: [{ id: 're_1', amount: 700, destination_details: { card: { reference: 'x' } } }] },
  };

  it('takes out who somebody is, in whatever depth, and keeps what decisions go by', () => {
    expect(redactPersonal(charge)).to.deep.equal({
      ...charge,
      receipt_email: null,
      description: null,
      billing_details: { email: null, name: null, phone: null, address: null },
      payment_method_details: { type: 'card', card: { brand: 'visa', last4: null, exp_year: 2030 } },
      metadata: { guichet_operation: 'op_1' },
    });
  });

  it('of a whole event too, with what changed before it', () => {
    const event = {
      id: 'evt_1',
      data: {
        object: { object: 'customer', id: 'cus_1', name: 'Ada' },
        previous_attributes: { email: 'old' },
      },
    };
    expect(redactPersonal(event)).to.deep.equal({
      id: 'evt_1',
      data: { object: { object: 'customer', id: 'cus_1', name: null }, previous_attributes: { email: null } },
    });
  });

  it('leaves the names of things, gives the same again for its own result, and changes nothing in place', () => {
    const coupon = { object: 'coupon', id: 'SPRING', name: 'Spring' };
    expect(redactPersonal(coupon)).to.deep.equal(coupon);
    const before = structuredClone(charge);
    expect(redactPersonal(redactPersonal(charge))).to.deep.equal(redactPersonal(charge));
    expect(charge).to.deep.equal(before);
  });
});
