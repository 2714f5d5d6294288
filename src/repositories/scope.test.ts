import { expect } from 'chai';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database.js';
import {
  exampleCustomer,
  exampleIdempotencyKey,
  exampleInboxRow,
  exampleOperation,
  exampleOrder,
  examplePayment,
  examplePaymentMethod,
  exampleRefund,
  exampleSetupIntent,
  exampleStripeObject,
} from '../../tests/support/rows.js';
import { insert } from '../domain/changes.js';
import { WorkingSet } from '../domain/working-set.js';
import { LostClaim } from './idempotency-keys.js';
import type { BoundRepositories } from './repositories.js';

const cause = { actor: { type: 'system' as const, id: 'test' }, requestId: null };
const now = new Date('2025-01-15T12:00:00.000Z');

/** What a transaction writes must go through its session: without it, a write stays when the transaction is undone. */
describe('repositories inside a transaction', () => {
  let db: TestDatabase;
  before(async () => {
    db = await openTestDatabase('scope');
  });
  after(() => db.close());

  const STOP = new Error('undo everything');

  async function undone(work: (bound: BoundRepositories) => Promise<void>): Promise<void> {
    const thrown = await db.repositories
      .transaction({ deadlineMs: 3000 }, async (bound) => {
        await work(bound);
        throw STOP;
      })
      .catch((error: unknown) => error);
    expect(thrown).to.equal(STOP);
  }

  const order = exampleOrder();
  const payment = examplePayment({ orderId: order._id });
  const refund = exampleRefund({ paymentId: payment._id });
  const customer = exampleCustomer();
  const operation = exampleOperation({ exclusiveKey: payment._id });
  const method = examplePaymentMethod({ customerId: customer._id });
  const setup = exampleSetupIntent({ customerId: customer._id, clientSecret: 'seti_1_secret_abc' });
  const mirrored = exampleStripeObject();

  /** One row of each kind that commit writes, with a record and an effect. */
  async function commitAll(bound: BoundRepositories): Promise<void> {
    const rows = new WorkingSet();
    rows.apply(
      [
        insert('orders', order),
        insert('payments', payment),
        insert('refunds', refund),
        insert('customers', customer),
        insert('paymentMethods', method),
        insert('setupIntents', setup),
        insert('operations', operation),
        { type: 'effect', id: 'receipt:pay_1:0', kind: 'receipt', payload: { paymentId: 'pay_1' } },
        { type: 'audit', collection: 'orders', id: order._id, action: 'x', before: {}, after: {} },
      ],
      cause,
      now,
    );
    await bound.commit({ rows, mirror: [{ row: mirrored, baseVersion: 0 }], now });
  }

  /** Every read that a decision makes, as whether it finds what `commitAll` wrote. */
  async function found(from: Omit<BoundRepositories, 'commit'>): Promise<Record<string, boolean>> {
    const { stripeAccountId, livemode, userId } = customer;
    const intentId = String(payment.stripe.paymentIntentId);
    const reads: Record<string, () => Promise<unknown>> = {
      'orders.get': () => from.orders.get(order._id),
      'orders.getMany': () => from.orders.getMany([order._id]),
      'payments.get': () => from.payments.get(payment._id),
      'payments.getMany': () => from.payments.getMany([payment._id]),
      'payments.clientSecretOf': () => from.payments.clientSecretOf(payment._id),
      'payments.byIntentIds': () => from.payments.byIntentIds([intentId]),
      'payments.liveOfOrder': () => from.payments.liveOfOrder(order._id),
      'refunds.get': () => from.refunds.get(refund._id),
      'refunds.ofPayments': () => from.refunds.ofPayments([payment._id]),
      'customers.get': () => from.customers.get(customer._id),
      'customers.ofUser': () => from.customers.ofUser({ stripeAccountId, livemode }, userId),
      'customers.byStripeIds': () => from.customers.byStripeIds([String(customer.stripe.customerId)]),
      'operations.get': () => from.operations.get(operation._id),
      'operations.getMany': () => from.operations.getMany([operation._id]),
      'operations.byStripeKeys': () => from.operations.byStripeKeys([operation.stripeKey]),
      'operations.openOfPayments': () => from.operations.openOfPayments([payment._id]),
      'operations.openOfCustomers': () => from.operations.openOfCustomers([payment._id]),
      'operations.ofSubjects': () => from.operations.ofSubjects([operation.subject.id]),
      'paymentMethods.get': () => from.paymentMethods.get(method._id),
      'paymentMethods.pageOf': () => from.paymentMethods.pageOf(customer._id, { before: null, limit: 1 }),
      'paymentMethods.attachedTo': () => from.paymentMethods.attachedTo([customer._id]),
      'setupIntents.get': () => from.setupIntents.get(setup._id),
      'setupIntents.clientSecretOf': () => from.setupIntents.clientSecretOf(setup._id),
      'setupIntents.byStripeIds': () => from.setupIntents.byStripeIds(['seti_1']),
      'operations.due': () => from.operations.due(new Date(now.getTime() + 1000), 10),
      'outbox.due': () => from.outbox.due(new Date(now.getTime() + 1000), 10),
      'stripeObjects.get': () => from.stripeObjects.get(mirrored._id),
      'stripeObjects.getMany': () => from.stripeObjects.getMany([mirrored._id]),
      'stripeObjects.versionOf': () => from.stripeObjects.versionOf(mirrored._id),
      'auditRecords.stream': () => from.auditRecords.stream(order._id),
    };
    const outcomes: Record<string, boolean> = {};
    for (const [name, read] of Object.entries(reads)) {
      const value = await read();
      outcomes[name] = Array.isArray(value) ? value.length > 0 : Boolean(value);
    }
    return outcomes;
  }

  it('commit writes through the session, and every read of a decision sees it there and nowhere else', async () => {
    await undone(async (bound) => {
      await commitAll(bound);
      expect(Object.entries(await found(bound)).filter(([, seen]) => !seen)).to.deep.equal([]);
      expect(Object.entries(await found(db.repositories)).filter(([, seen]) => seen)).to.deep.equal([]);
    });
    expect(Object.entries(await found(db.repositories)).filter(([, seen]) => seen)).to.deep.equal([]);
    for (const store of Object.values(db.stores)) {
      expect([
        store.batch.collectionName,
        await store.batch.countDocuments({}, { hint: '_id_' }),
      ]).to.deep.equal([store.batch.collectionName, store === db.stores.locks ? 1 : 0]);
    }
  });

  it('webhookEvents.finish', async () => {
    const event = exampleInboxRow();
    await db.stores.webhookEvents.raw.insertOne(event);
    const fate = { id: event._id, status: 'applied' as const, decision: 'apply', reason: 'first' };
    await undone(async ({ webhookEvents }) => {
      expect(await webhookEvents.finish([fate], { now, expireAt: now })).to.equal(1);
    });
    expect(await db.repositories.webhookEvents.get(event._id)).to.deep.equal(event);
    await db.repositories.transaction({ deadlineMs: 3000 }, async ({ webhookEvents }) => {
      expect(await webhookEvents.finish([fate], { now, expireAt: now })).to.equal(1);
      expect(await webhookEvents.finish([fate], { now, expireAt: now })).to.equal(0);
    });
    const applied = await db.repositories.webhookEvents.get(event._id);
    expect(applied).to.include({ status: 'applied', decision: 'apply' });
    expect(applied).to.not.have.property('dueAt');
  });

  it('webhookEvents.moveToFetchLane', async () => {
    const event = exampleInboxRow();
    await db.stores.webhookEvents.raw.insertOne(event);
    await undone(async ({ webhookEvents }) => {
      expect(await webhookEvents.moveToFetchLane([{ id: event._id, reason: 'x' }], now)).to.equal(1);
      expect((await webhookEvents.claim(['fetch'], now, 10)).map(({ _id }) => _id)).to.deep.equal([
        event._id,
      ]);
    });
    expect(await db.repositories.webhookEvents.get(event._id)).to.deep.equal(event);
  });

  it('idempotencyKeys.take, link and finish', async () => {
    const key = exampleIdempotencyKey();
    await undone(async ({ idempotencyKeys }) => {
      await idempotencyKeys.take(key, 'token');
      await idempotencyKeys.link(key._id, 'token', 'op_1');
      const answer = { status: 201, contentType: 'application/json', body: '{}', secretOf: null };
      const end = { answer, finishedAt: now, expireAt: now };
      expect(await idempotencyKeys.finish(key._id, 'token', end)).to.equal(true);
      expect(await idempotencyKeys.get(key._id)).to.include({ status: 'finished', operationId: 'op_1' });
    });
    expect(await db.repositories.idempotencyKeys.get(key._id)).to.equal(null);
  });

  it('a claim that was lost undoes the transaction in which its operation was to be opened', async () => {
    const key = exampleIdempotencyKey();
    await db.repositories.idempotencyKeys.take(key, 'the-taker');
    const thrown = await db.repositories
      .transaction({ deadlineMs: 3000 }, async (bound) => {
        await commitAll(bound);
        await bound.idempotencyKeys.link(key._id, 'the-stale-owner', operation._id);
      })
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(LostClaim);
    expect(await db.repositories.operations.get(operation._id)).to.equal(null);
  });
});
