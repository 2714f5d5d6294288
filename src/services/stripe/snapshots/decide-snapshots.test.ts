import { expect } from 'chai';
import {
  committed,
  decisionContext,
  type Held,
  reading,
  sentOperation,
} from '../../../../tests/support/held-rows.js';
import {
  exampleCustomer,
  exampleOrder,
  examplePayment,
  exampleRefund,
} from '../../../../tests/support/rows.js';
import {
  CREATED,
  chargeObject,
  customerObject,
  declinedIntent,
  intentObject,
  paidIntent,
  read,
  refundObject,
  told,
} from '../../../../tests/support/snapshots.js';
import { type Decided, decideSnapshots } from './decide-snapshots.js';
import type { Snapshot } from './snapshot.js';

const order = exampleOrder({ _id: 'ord_1' });
const payment = examplePayment({ _id: 'pay_1', orderId: 'ord_1', receiptEmail: 'ada@example.com' });

function decide(held: Held, ...snapshots: Snapshot[]): Promise<Decided> {
  return decideSnapshots(reading(held), snapshots, { context: decisionContext() });
}

/** One after another, each committed before the next is decided on. */
async function inTurn(held: Held, ...snapshots: Snapshot[]) {
  let rows = held;
  const verdicts: Decided['verdicts'] = [];
  const effects: string[] = [];
  for (const snapshot of snapshots) {
    const decided = await decide(rows, snapshot);
    rows = committed(decided, rows);
    verdicts.push(...decided.verdicts);
    effects.push(...decided.rows.effects.map((effect) => effect.id));
  }
  return { rows, verdicts, effects };
}

const decisions = ({ verdicts }: Pick<Decided, 'verdicts'>) => verdicts.map((verdict) => verdict.decision);
const reasons = ({ verdicts }: Pick<Decided, 'verdicts'>) => verdicts.map((verdict) => verdict.reason);
const statusOf = ({ rows }: Decided) => rows.get('payments', 'pay_1')?.status;

describe('decideSnapshots', () => {
  const created = told(intentObject(), 0, { first: true });
  const succeeded = told(paidIntent(), 2);

  it('loads what it needs over several hops, and moves payment, order and effect together', async () => {
    const decided = await decide({ orders: [order], payments: [payment] }, succeeded);
    expect(decided.verdicts).to.deep.equal([{ decision: 'apply', reason: 'first_seen' }]);
    expect(statusOf(decided)).to.equal('succeeded');
    expect(decided.rows.get('orders', 'ord_1')).to.include({ status: 'paid', paymentId: 'pay_1' });
    expect(decided.rows.effects.map((effect) => effect.id)).to.deep.equal(['receipt:pay_1:0']);
    expect(decided.rows.audits.map((audit) => audit.action)).to.deep.equal([
      'payment.succeeded',
      'order.paid',
    ]);
  });

  it('finds the payment of an intent that it does not know yet by the operation that made it', async () => {
    const making = examplePayment({
      ...payment,
      status: 'creating',
      stripe: { ...payment.stripe, paymentIntentId: null },
    });
    const operation = sentOperation({ _id: 'op_1', kind: 'payment.create' });
    const intent = intentObject({ metadata: { guichet_operation: 'op_1' } });
    const held = { orders: [order], payments: [making], operations: [operation] };
    const decided = await decide(held, told(intent, 0, { first: true }));
    expect(decided.rows.get('payments', 'pay_1')?.stripe.paymentIntentId).to.equal('pi_1');
    expect(decided.rows.get('operations', 'op_1')).to.include({ status: 'succeeded', resultId: 'pi_1' });
  });

  it('asks Stripe about an object that carries an operation which we do not have', async () => {
    const intent = intentObject({ metadata: { guichet_operation: 'op_unknown' } });
    const decided = await decide({}, told(intent));
    expect(decided.verdicts).to.deep.equal([{ decision: 'fetch', reason: 'unknown_object' }]);
    expect(decided.mirror).to.deep.equal([]);
  });

  it('decides on a batch as on the same events one by one', async () => {
    const held = { orders: [order], payments: [payment] };
    const events = [created, told(declinedIntent(), 1), succeeded, told(paidIntent(), 2), created];
    const together = await decide(held, ...events);
    const apart = await inTurn(held, ...events);
    expect(together.verdicts).to.deep.equal(apart.verdicts);
    const { mirror, payments, orders } = committed(together, held);
    expect({ mirror, payments, orders }).to.deep.equal({
      mirror: apart.rows.mirror,
      payments: apart.rows.payments,
      orders: apart.rows.orders,
    });
    expect(together.rows.effects.map((effect) => effect.id)).to.deep.equal(apart.effects);
  });

  it('changes nothing but the mirror version and its time for a snapshot that says the same', async () => {
    const { rows } = await inTurn({ payments: [payment] }, succeeded);
    const again = await decide(rows, told(paidIntent(), 90));
    expect(decisions(again)).to.deep.equal(['same']);
    expect(again.rows.get('payments', 'pay_1')?.version).to.equal(rows.payments?.[0]?.version);
    expect(again.rows.audits).to.deep.equal([]);
    expect(again.mirror[0]?.row).to.include({ version: 2 });
    expect(again.mirror[0]?.row.asOf.getTime()).to.equal((CREATED + 90) * 1000);
  });

  it('writes nothing at all for one that is stale', async () => {
    const { rows } = await inTurn({ orders: [order], payments: [payment] }, succeeded);
    const late = await decide(rows, told(declinedIntent(), 60));
    expect(late.verdicts).to.deep.equal([{ decision: 'stale', reason: 'lower_rank' }]);
    expect(late.mirror).to.deep.equal([]);
    expect(statusOf(late)).to.equal('succeeded');
    expect(late.rows.audits).to.deep.equal([]);
  });

  it('writes nothing for one that only a fetch can settle, and closes no operation by it', async () => {
    const operation = sentOperation({ exclusiveKey: 'pay_1' });
    const { rows } = await inTurn({ payments: [payment] }, told(intentObject({ payment_method: 'pm_0' }), 1));
    const close = told(declinedIntent(), 2, { requestKey: operation.stripeKey });
    const decided = await decide({ ...rows, operations: [operation] }, close);
    expect(decided.verdicts).to.deep.equal([{ decision: 'fetch', reason: 'too_close' }]);
    expect(decided.mirror).to.deep.equal([]);
    expect(decided.rows.get('operations', operation._id)?.open).to.equal(true);
  });

  it('does not read an event in another version, nor one that was polled', async () => {
    for (const untrusted of ['unreadable_version', 'polled_event', 'replayed_event'] as const) {
      const decided = await decide({ payments: [payment] }, told(paidIntent(), 2, { untrusted }));
      expect(decided.verdicts).to.deep.equal([{ decision: 'fetch', reason: untrusted }]);
      expect(statusOf(decided)).to.equal('requires_payment_method');
    }
  });

  it('applies a read whose object nobody wrote since the call began, whatever it says', async () => {
    const { rows } = await inTurn({ payments: [payment] }, told(intentObject({ status: 'processing' }), 60));
    const back = await decide(rows, read(declinedIntent(), 1));
    expect(reasons(back)).to.deep.equal(['read_of_held_version']);
    expect(statusOf(back)).to.equal('requires_payment_method');
  });

  it('counter-example 1: a read that was overtaken puts nothing back, and sends no second receipt', async () => {
    const asks = told(intentObject({ status: 'requires_action' }), 1);
    const overtaken = read(intentObject({ status: 'requires_action' }), 1);
    const result = await inTurn(
      { orders: [order], payments: [payment] },
      ...[asks, succeeded, overtaken, told(paidIntent(), 2)],
    );
    expect(decisions(result)).to.deep.equal(['apply', 'apply', 'stale', 'same']);
    expect(result.rows.payments?.[0]?.status).to.equal('succeeded');
    expect(result.effects).to.deep.equal(['receipt:pay_1:0']);
  });

  it('takes a charge that was refunded only if our refunds explain it', async () => {
    const refunded = told(chargeObject({ amount_refunded: 700 }), 2);
    const held = (...statuses: ('reserved' | 'succeeded')[]) => {
      const refunds = statuses.map((status) =>
        exampleRefund({ paymentId: payment._id, amount: 700, status }),
      );
      return { payments: [payment], refunds };
    };
    const unknown = await decide(held(), refunded);
    expect(unknown.verdicts).to.deep.equal([{ decision: 'fetch', reason: 'contradicts_our_rows' }]);
    expect(unknown.mirror).to.deep.equal([]);
    expect(decisions(await decide(held('reserved'), refunded))).to.deep.equal(['apply']);
    expect(decisions(await decide(held('succeeded'), refunded))).to.deep.equal(['apply']);
    const fetched = read(chargeObject({ amount_refunded: 700 }), 0);
    expect(decisions(await decide(held(), fetched)), 'what was read is true').to.deep.equal(['apply']);
  });

  it('keeps rows of another account or mode out of it', async () => {
    for (const scope of [{ stripeAccountId: 'acct_2' }, { livemode: true }]) {
      const decided = await decide({ payments: [payment] }, told(paidIntent(), 2, scope));
      expect(statusOf(decided)).to.equal('requires_payment_method');
      expect(decided.mirror[0]?.row._id).to.not.equal('acct_1:test:pi_1');
    }
  });

  it('mirrors no client secret', async () => {
    const secret = paidIntent({ client_secret: 'pi_1_secret_abc' });
    const decided = await decide({ payments: [payment] }, told(secret, 2));
    expect(JSON.stringify(decided.mirror)).to.not.include('secret');
  });

  it('lets a deleted customer be, and keeps nothing personal of it', async () => {
    const held = { customers: [exampleCustomer()] };
    const deleted = told({ id: 'cus_Stripe1', object: 'customer', deleted: true }, 60, { deleted: true });
    const late = told(customerObject({ name: 'Late' }), 30);
    const result = await inTurn(held, told(customerObject(), 0, { first: true }), deleted, late);
    expect(decisions(result)).to.deep.equal(['apply', 'apply', 'stale']);
    expect(result.rows.customers?.[0]).to.include({ status: 'deleted', deleted: true });
    expect(result.rows.mirror?.[0]).to.include({ deleted: true });
    expect(JSON.stringify(result.rows)).to.not.match(/ada@example\.com|Late/);
  });

  it('asks the database for nothing but the mirror rows of kinds that are only mirrored', async () => {
    const rows = reading({});
    const asked: string[] = [];
    const watched = new Proxy(rows, {
      get: (target, name: keyof typeof rows) => {
        asked.push(name);
        return target[name];
      },
    });
    const invoice = { id: 'in_1', object: 'invoice', status: 'open', created: CREATED };
    const payout = { id: 'po_1', object: 'payout', status: 'paid', created: CREATED };
    const options = { requestKey: 'a key of somebody else' };
    const snapshots = [told(invoice, 1, options), told(payout, 2)];
    const decided = await decideSnapshots(watched, snapshots, { context: decisionContext() });
    expect(decisions(decided)).to.deep.equal(['apply', 'apply']);
    expect(asked).to.deep.equal(['stripeObjects']);
  });

  it('weighs nothing of what it must not read', async () => {
    const subscription = { id: 'sub_1', object: 'subscription', status: 'a_later_one' };
    const untrusted = 'unreadable_version';
    const decided = await decide({}, told(subscription, 1, { untrusted }));
    expect(decided.verdicts).to.deep.equal([{ decision: 'fetch', reason: untrusted }]);
  });

  it('passes over an object of a kind that no family knows', async () => {
    const decided = await decide({}, told({ id: 'x_1', object: 'unheard_of' }));
    expect(decided.verdicts).to.deep.equal([{ decision: 'stale', reason: 'no_family' }]);
  });

  it('settles a refund by its event, with the sums of all refunds of the payment', async () => {
    const paid = examplePayment({
      ...payment,
      status: 'succeeded',
      amountReceived: 2500,
      amountReserved: 700,
    });
    const stripe = { refundId: null, chargeId: 'ch_1', paymentIntentId: 'pi_1' };
    const asked = { _id: 'ref_2', status: 'reserved', amount: 700, stripe } as const;
    const refunds = [
      exampleRefund({
        _id: 'ref_1',
        paymentId: 'pay_1',
        amount: 500,
        stripe: { ...stripe, refundId: 're_0' },
      }),
      exampleRefund({ ...asked, paymentId: 'pay_1' }),
    ];
    const subject = { collection: 'refunds', id: 'ref_2' } as const;
    const operations = [sentOperation({ _id: 'op_2', kind: 'refund.create', subject })];
    const object = refundObject({ metadata: { guichet_operation: 'op_2' } });
    const held = { payments: [paid], refunds, operations };
    const decided = await decide(held, told(object, 1, { first: true }));
    expect(decided.rows.get('refunds', 'ref_2')).to.include({ status: 'succeeded' });
    expect(decided.rows.get('payments', 'pay_1')).to.include({ amountRefunded: 1200, amountReserved: 0 });
    expect(decided.rows.get('operations', 'op_2')).to.include({ status: 'succeeded', resultId: 're_1' });
  });
});
