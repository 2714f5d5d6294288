import { expect } from 'chai';
import { decisionContext, workingSet } from '../../../../tests/support/held-rows.js';
import { exampleOperation, exampleOrder, examplePayment } from '../../../../tests/support/rows.js';
import { CREATED, told } from '../../../../tests/support/snapshots.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { checkoutSessionFamily as family } from './checkout-session.js';

const EXPIRES = CREATED + 86_400;
const URL = 'https://checkout.stripe.com/c/pay/cs_1';

function session(fields: Record<string, unknown> = {}): StripeObject {
  return {
    id: 'cs_1',
    object: 'checkout.session',
    created: CREATED,
    amount_total: 2500,
    expires_at: EXPIRES,
    metadata: { guichet_operation: 'op_1' },
    payment_intent: null,
    payment_status: 'unpaid',
    status: 'open',
    url: URL,
    ...fields,
  };
}

const noStripe = { customerId: null, paymentIntentId: null, paymentMethodId: null, latestChargeId: null };
const CHECKOUT = { sessionId: null, status: 'open' as const, url: null, expiresAt: new Date(0) };

function held(payment: Partial<PaymentRow> = {}, others: PaymentRow[] = []) {
  const row = examplePayment({
    _id: 'pay_1',
    orderId: 'ord_1',
    status: 'creating',
    stripe: noStripe,
    checkout: CHECKOUT,
    ...payment,
  });
  return workingSet({
    payments: [row, ...others],
    orders: [exampleOrder({ _id: 'ord_1', status: 'cancelling' })],
    operations: [
      exampleOperation({
        _id: 'op_1',
        kind: 'checkout.create',
        subject: { collection: 'payments', id: 'pay_1' },
      }),
    ],
  });
}

function decide(object: StripeObject, rows = held(), changes: Parameters<typeof told>[2] = {}) {
  const decided = family.decide(told(object, 1, changes), rows, decisionContext());
  rows.apply(decided, { actor: { type: 'system', id: 'test' }, requestId: null }, new Date(0));
  return rows.get('payments', 'pay_1');
}

describe('the Checkout Session family', () => {
  it('ranks the first snapshot lowest, then open, complete, and what nothing follows', () => {
    const ranks = [
      family.rank(session(), true),
      family.rank(session(), false),
      family.rank(session({ status: 'complete' }), false),
      family.rank(session({ status: 'complete', payment_status: 'paid' }), false),
      family.rank(session({ status: 'expired' }), false),
    ];
    expect(ranks).to.deep.equal([0, 1, 2, 3, 3]);
  });

  it('is decided in the lane of its PaymentIntent, or in its own', () => {
    expect(family.laneKey(session())).to.equal('cs_1');
    expect(family.laneKey(session({ payment_intent: 'pi_1' }))).to.equal('pi_1');
  });

  it('an open one is where the payment is made', () => {
    expect(decide(session())).to.deep.include({
      status: 'requires_payment_method',
      live: true,
      checkout: { sessionId: 'cs_1', status: 'open', url: URL, expiresAt: new Date(EXPIRES * 1000) },
    });
  });

  it('one that expired unpaid ends the payment, and its order if that is to be canceled', () => {
    const rows = held();
    expect(decide(session({ status: 'expired', url: null }), rows)).to.include({
      status: 'canceled',
      live: false,
    });
    expect(rows.get('orders', 'ord_1')?.status).to.equal('canceled');
  });

  it('one that expired after a try leaves the status to its PaymentIntent, and frees the order', () => {
    const stripe = { ...noStripe, paymentIntentId: 'pi_1' };
    const rows = held({ status: 'requires_payment_method', stripe });
    const expired = session({ status: 'expired', payment_intent: 'pi_1' });
    expect(decide(expired, rows)).to.include({ status: 'requires_payment_method', live: false });
  });

  it('a debit that fails after the page was completed frees the order; one that is only late does not', () => {
    const stripe = { ...noStripe, paymentIntentId: 'pi_1' };
    const complete = session({ status: 'complete', payment_intent: 'pi_1', url: null });
    const failed = { eventType: 'checkout.session.async_payment_failed' };
    const waiting = () => held({ status: 'requires_payment_method', stripe });
    expect(decide(complete, waiting(), { eventType: 'checkout.session.completed' })?.live).to.equal(true);
    expect(decide(complete, waiting(), failed)?.live).to.equal(false);
    expect(decide(complete, held({ status: 'processing', stripe }), failed)?.live).to.equal(true);
  });

  it('one whose PaymentIntent we were not told of is fetched, with it', () => {
    const complete = told(session({ status: 'complete', payment_intent: 'pi_1' }));
    expect(family.contradicts?.(complete, held())).to.equal(true);
    const stripe = { ...noStripe, paymentIntentId: 'pi_1' };
    expect(family.contradicts?.(complete, held({ stripe }))).to.equal(false);
    expect(family.retrievePath('cs_1')).to.include('expand[]=payment_intent');
  });

  it('one that turns up after its order got another payment is not live', () => {
    const other = examplePayment({ _id: 'pay_2', orderId: 'ord_1', live: true });
    const rows = held({ status: 'failed', live: false }, [other]);
    expect(decide(session(), rows)).to.include({ status: 'requires_payment_method', live: false });
    expect(decide(session(), held({ status: 'failed', live: false }))?.live).to.equal(true);
  });

  it('never touches a payment of another session, account or mode, or of another kind', () => {
    const own = examplePayment({ checkout: { ...CHECKOUT, sessionId: 'cs_2' } });
    for (const [payment, changes] of [
      [{ checkout: own.checkout }, {}],
      [{ checkout: null }, {}],
      [{}, { stripeAccountId: 'acct_2' }],
      [{}, { livemode: true }],
    ] as const) {
      expect(decide(session(), held(payment), changes)?.status).to.equal('creating');
    }
  });

  it('what it says again changes nothing', () => {
    const rows = held();
    decide(session(), rows);
    expect(family.decide(told(session()), rows, decisionContext())).to.deep.equal([]);
  });
});
