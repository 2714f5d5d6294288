import { expect } from 'chai';
import Stripe from 'stripe';
import { contract } from '../contract/contract.js';
import { Comparison } from '../contract/fidelity.js';
import { anyDefinition } from './sample.js';
import { type EventType, signedEvent, TEST_WEBHOOK_SECRET } from './signed-event.js';

const { webhooks } = new Stripe('sk_test_unused');

describe('guichet/testing: signedEvent', () => {
  const comparison = new Comparison(anyDefinition);

  for (const [type, schema] of Object.entries(contract.events))
    it(`${type} verifies, and has the fields of its version and no others`, () => {
      const { body, headers, event } = signedEvent(type as EventType);
      const verified = webhooks.constructEvent(body, headers['stripe-signature'], TEST_WEBHOOK_SECRET);
      expect(verified).to.deep.equal(JSON.parse(JSON.stringify(event)));
      expect(verified.api_version).to.equal(contract.apiVersion);
      for (const kind of schema.expands ?? []) expect(anyDefinition(kind), kind).to.be.an('object');
      const broken = comparison.violationsOf(verified.data.object, schema, 'data.object');
      expect(broken).to.deep.equal(type === 'invoice.upcoming' ? ['data.object.id is missing'] : []);
      expect(comparison.violationsOf(verified, { type: 'ref', ref: 'EventBase' })).to.deep.equal([]);
    });

  it('merges what is given into the event and its object, at any depth', () => {
    const { event } = signedEvent('payment_intent.succeeded', {
      account: 'acct_1',
      data: { object: { amount: 500, metadata: { order: '7' }, payment_method_types: ['card', 'link'] } },
      request: { idempotency_key: 'mine' },
    });
    expect([event.account, event.data.object.amount, event.data.object.status]).to.deep.equal([
      'acct_1',
      500,
      'succeeded',
    ]);
    expect(event.data.object.metadata).to.deep.equal({ order: '7' });
    expect(event.data.object.payment_method_types).to.deep.equal(['card', 'link']);
    expect(event.request).to.deep.equal({ id: null, idempotency_key: 'mine' });
  });

  it('the same arguments are the same event; other arguments or an id make another', () => {
    const first = signedEvent('customer.created');
    expect(signedEvent('customer.created').event).to.deep.equal(first.event);
    expect(signedEvent('customer.created', { id: 'evt_2' }).event.id).to.equal('evt_2');
    const named = signedEvent('customer.created', { data: { object: { name: 'Ada' } } });
    expect([named.event.id === first.event.id, named.event.data.object.name]).to.deep.equal([false, 'Ada']);
  });

  it('tells the story of its type', () => {
    const failed = signedEvent('payment_intent.payment_failed').event.data.object;
    expect([failed.status, failed.last_payment_error?.decline_code]).to.deep.equal([
      'requires_payment_method',
      'generic_decline',
    ]);
    expect(failed.latest_charge).to.equal(failed.last_payment_error?.charge);
    const refunded = signedEvent('charge.refunded').event.data.object;
    expect([refunded.refunded, refunded.amount_refunded]).to.deep.equal([true, refunded.amount]);
    expect(signedEvent('customer.subscription.deleted').event.data.object.status).to.equal('canceled');
    expect(signedEvent('customer.updated').event.data.previous_attributes).to.be.an('object');
    expect(signedEvent('customer.created').event.data).not.to.have.property('previous_attributes');
  });

  it('signs with the secret and at the time that are given', () => {
    const old = signedEvent('customer.created', {}, { secret: 'whsec_other', timestamp: 1_700_000_000 });
    const verify = (secret: string, tolerance: number) =>
      webhooks.constructEvent(old.body, old.headers['stripe-signature'], secret, tolerance);
    expect(() => verify('whsec_other', 300)).to.throw('Timestamp outside the tolerance zone');
    expect(() => verify(TEST_WEBHOOK_SECRET, 0)).to.throw('No signatures found');
  });

  it('an unknown type is an error that names the known ones', () => {
    expect(() => signedEvent('payment_intent.paid' as EventType)).to.throw(
      /no event type 'payment_intent.paid' .* There are: .*payment_intent.succeeded/,
    );
    expect(() => signedEvent('nothing' as EventType)).to.throw('charge.succeeded');
  });
});
