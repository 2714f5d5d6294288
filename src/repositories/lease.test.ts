import { expect } from 'chai';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database.js';
import { exampleIdempotencyKey, exampleOperation } from '../../tests/support/rows.js';
import type { OutboxMessageRow } from '../domain/rows/outbox-message.js';
import { keepRenewing, LEASE_MS } from './lease.js';

const AT = new Date('2025-01-15T12:00:00.000Z');
const LATER = new Date('2035-01-15T12:00:00.000Z');

/** Who lost a lease writes nothing more; who holds one is left alone. */
describe('leases', () => {
  let db: TestDatabase;
  before(async () => {
    db = await openTestDatabase('lease');
  });
  after(() => db.close());

  /** As 10 s after the holder's last sign of life. */
  async function expire(store: 'operations' | 'outboxMessages' | 'idempotencyKeys' | 'locks', _id: string) {
    const past = new Date(Date.now() - 1000);
    await db.stores[store].batch.updateOne({ _id }, { $set: { 'lease.until': past } });
  }

  const message = (_id: string): OutboxMessageRow => ({
    _id,
    kind: 'receipt',
    payload: { paymentId: 'pay_1' },
    status: 'pending',
    attempts: 0,
    dueAt: AT,
    lease: null,
    lastError: null,
    createdAt: AT,
    sentAt: null,
  });

  it('an operation is held by one, due again when its lease ends, and taken over then', async () => {
    const { operations } = db.repositories;
    const { _id } = exampleOperation();
    await db.stores.operations.raw.insertOne(exampleOperation({ _id }));
    const taken = await operations.take(_id, 'first');
    expect(taken?.lease?.token).to.equal('first');
    expect(taken?.dueAt).to.deep.equal(taken?.lease?.until);
    expect(Number(taken?.dueAt) - Date.now()).to.be.within(LEASE_MS - 3000, LEASE_MS + 1000);
    expect(await operations.take(_id, 'second')).to.equal(null);
    expect(await operations.renew(_id, 'first')).to.equal(true);
    await expire('operations', _id);
    expect((await operations.take(_id, 'second'))?.lease?.token).to.equal('second');

    expect(await operations.renew(_id, 'first')).to.equal(false);
    await operations.leaveUnknown(_id, 'first', { unanswered: true, dueAt: LATER });
    expect(await operations.get(_id)).to.deep.include({ status: 'open', unanswered: false });
    await operations.leaveUnknown(_id, 'second', { unanswered: true, dueAt: LATER });
    expect(await operations.get(_id)).to.deep.include({
      status: 'unknown',
      unanswered: true,
      dueAt: LATER,
      lease: null,
    });
  });

  it('an operation that is settled can be taken by nobody', async () => {
    const settled = exampleOperation({ open: false, status: 'succeeded' });
    await db.stores.operations.raw.insertOne(settled);
    expect(await db.repositories.operations.take(settled._id, 'late')).to.equal(null);
    await db.repositories.operations.leaveUnknown(settled._id, 'late', { unanswered: true, dueAt: LATER });
    expect(await db.repositories.operations.get(settled._id)).to.include({ status: 'succeeded' });
  });

  it('of ten that take an operation at once, one gets it', async () => {
    const { _id } = exampleOperation();
    await db.stores.operations.raw.insertOne(exampleOperation({ _id }));
    const tokens = Array.from({ length: 10 }, (_, index) => `token_${index}`);
    const taken = await Promise.all(tokens.map((token) => db.repositories.operations.take(_id, token)));
    expect(taken.filter((row) => row !== null)).to.have.length(1);
  });

  it('a message that was taken over is neither sent, postponed nor buried by its stale holder', async () => {
    const { outbox } = db.repositories;
    const _id = 'receipt:pay_stale:0';
    await db.stores.outboxMessages.raw.insertOne(message(_id));
    await outbox.take(_id, 'first');
    await expire('outboxMessages', _id);
    expect((await outbox.take(_id, 'second'))?.lease?.token).to.equal('second');
    const before = await db.stores.outboxMessages.raw.findOne({ _id });
    await outbox.markSent(_id, 'first', AT);
    await outbox.postpone(_id, 'first', { dueAt: LATER, lastError: 'x' });
    await outbox.bury(_id, 'first', 'x');
    expect(await outbox.renew(_id, 'first')).to.equal(false);
    expect(await db.stores.outboxMessages.raw.findOne({ _id })).to.deep.equal(before);
    await outbox.markSent(_id, 'second', AT);
    const sent = await db.stores.outboxMessages.raw.findOne({ _id });
    expect(sent).to.deep.include({ status: 'sent', sentAt: AT, lease: null });
    expect(sent).to.not.have.any.keys('dueAt', 'payload');
    expect(await outbox.take(_id, 'third')).to.equal(null);
  });

  it('a message that cannot be sent waits for a person and is due no more', async () => {
    const { outbox } = db.repositories;
    const _id = 'receipt:pay_dead:0';
    await db.stores.outboxMessages.raw.insertOne(message(_id));
    expect((await outbox.due(AT, 10)).map((row) => row._id)).to.include(_id);
    await outbox.take(_id, 'holder');
    await outbox.postpone(_id, 'holder', { dueAt: LATER, lastError: 'later' });
    expect((await outbox.due(AT, 10)).map((row) => row._id)).to.not.include(_id);
    await outbox.take(_id, 'holder');
    await outbox.bury(_id, 'holder', 'never');
    const dead = await db.stores.outboxMessages.raw.findOne({ _id });
    expect(dead).to.include({ status: 'dead', attempts: 2, lastError: 'never' });
    expect(await outbox.due(LATER, 10)).to.deep.equal([]);
    expect(dead?.payload).to.deep.equal({ paymentId: 'pay_1' });
  });

  it('an Idempotency-Key that was taken over is neither linked, finished nor released by its stale holder', async () => {
    const { idempotencyKeys } = db.repositories;
    const key = exampleIdempotencyKey();
    await idempotencyKeys.take(key, 'first');
    const refused = await idempotencyKeys.take(key, 'second');
    expect(refused.lease?.token).to.equal('first');
    await expire('idempotencyKeys', key._id);
    expect((await idempotencyKeys.take(key, 'second')).lease?.token).to.equal('second');
    const answer = { status: 201, contentType: 'application/json', body: '{}', secretOf: null };
    const end = { answer, finishedAt: AT, expireAt: LATER };
    expect(await idempotencyKeys.finish(key._id, 'first', end)).to.equal(false);
    await idempotencyKeys.release(key._id, 'first');
    expect(await idempotencyKeys.renew(key._id, 'first')).to.equal(false);
    expect((await idempotencyKeys.get(key._id))?.lease?.token).to.equal('second');
    expect(await idempotencyKeys.finish(key._id, 'second', end)).to.equal(true);
    const kept = await idempotencyKeys.take(key, 'third');
    expect(kept).to.deep.include({ status: 'finished', lease: null, answer });
  });

  it('an unfinished Idempotency-Key has no end of retention', async () => {
    const key = exampleIdempotencyKey();
    await db.repositories.idempotencyKeys.take(key, 'holder');
    expect(await db.repositories.idempotencyKeys.get(key._id)).to.not.have.property('expireAt');
  });

  it('a lock that was not given back is told to its next holder, once', async () => {
    const { locks } = db.repositories;
    await locks.ensure(['lane:1', 'lane:2']);
    const taken = await locks.take(['lane:1', 'lane:2'], 'first');
    expect(taken.map(({ orphaned }) => orphaned)).to.deep.equal([false, false]);
    expect(await locks.take(['lane:1', 'lane:2'], 'second')).to.deep.equal([]);
    expect(await locks.free(['lane:1', 'lane:2'])).to.deep.equal([]);
    await locks.release(['lane:1'], 'first');
    await expire('locks', 'lane:2');
    const [released, left] = await locks.take(['lane:1', 'lane:2'], 'second');
    expect([released?.orphaned, left?.orphaned]).to.deep.equal([false, true]);
    await locks.release(['lane:1', 'lane:2'], 'first');
    expect(await locks.countHeld('lane:')).to.equal(2);
    await locks.release(['lane:1', 'lane:2'], 'second');
    expect(await locks.countHeld('lane:')).to.equal(0);
    const [again] = await locks.take(['lane:2'], 'third');
    expect(again?.orphaned).to.equal(false);
  });

  it('a renewal that is stopped is made no more', () => {
    let renewals = 0;
    const held = keepRenewing(() => {
      renewals += 1;
      return Promise.resolve(true);
    });
    expect(held.lost).to.equal(false);
    held.stop();
    expect(renewals).to.equal(0);
  });
});
