import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database.js';
import { exampleOrder } from '../../tests/support/rows.js';
import { insert, move } from '../domain/changes.js';
import { WorkingSet } from '../domain/working-set.js';
import type { BoundRepositories } from './repositories.js';
import { DeadlineExceeded, WriteConflict } from './scope.js';
import { isConflict, runTransaction } from './transaction.js';

const cause = { actor: { type: 'system' as const, id: 'test' }, requestId: null };
const now = new Date('2025-01-15T12:00:00.000Z');

describe('transaction', () => {
  let db: TestDatabase;
  before(async () => {
    db = await openTestDatabase('transaction');
  });
  after(() => db.close());

  /** A stored order, as new as its version says. */
  async function storedOrder() {
    const order = exampleOrder({ audit: null });
    await db.repositories.transaction({ deadlineMs: 3000 }, async (bound) => {
      const rows = new WorkingSet();
      rows.apply([insert('orders', order)], cause, now);
      await bound.commit({ rows, mirror: [], now });
    });
    return order._id;
  }

  /** Reads the order and adds one to its subtotal. */
  async function addOne(bound: BoundRepositories, id: string): Promise<void> {
    const rows = new WorkingSet();
    rows.load('orders', await bound.orders.getMany([id]));
    const subtotal = (rows.get('orders', id)?.subtotal ?? 0) + 1;
    rows.apply([move('orders', id, { subtotal })], cause, now);
    await bound.commit({ rows, mirror: [], now });
  }

  const subtotalOf = async (id: string) => (await db.repositories.orders.get(id))?.subtotal;

  it('returns what its work returned, once that is stored', async () => {
    const id = await storedOrder();
    const result = await db.repositories.transaction({ deadlineMs: 3000 }, async (bound) => {
      await addOne(bound, id);
      return 'done';
    });
    expect([result, await subtotalOf(id)]).to.deep.equal(['done', 2501]);
  });

  it('stores nothing when its work throws, and throws that', async () => {
    const id = await storedOrder();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 3000 }, async (bound) => {
        await addOne(bound, id);
        throw new RangeError('no');
      })
      .catch((error: Error) => error);
    expect(thrown).to.be.instanceOf(RangeError);
    expect(await subtotalOf(id)).to.equal(2500);
  });

  it('a nested one throws at once: it would commit apart', async () => {
    const id = await storedOrder();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 3000 }, async (bound) => {
        await addOne(bound, id);
        await db.repositories.transaction({ deadlineMs: 3000 }, (inner) => addOne(inner, id));
      })
      .catch((error: Error) => error.message);
    expect(thrown).to.include('inside a transaction');
    expect(await subtotalOf(id)).to.equal(2500);
  });

  it('a conflict is tried again: no increment of 20 at once is lost', async () => {
    const id = await storedOrder();
    let attempts = 0;
    const one = () =>
      db.repositories.transaction({ deadlineMs: 15_000 }, async (bound) => {
        attempts += 1;
        await addOne(bound, id);
      });
    await Promise.all(Array.from({ length: 20 }, one));
    expect(await subtotalOf(id)).to.equal(2520);
    expect(attempts).to.be.greaterThan(20);
  });

  it('those that are about the same thing go one after another, and do not conflict', async () => {
    const id = await storedOrder();
    let attempts = 0;
    const one = () =>
      db.repositories.transaction({ deadlineMs: 15_000, about: 'pi_1' }, async (bound) => {
        attempts += 1;
        await addOne(bound, id);
      });
    await Promise.all(Array.from({ length: 20 }, one));
    expect([await subtotalOf(id), attempts]).to.deep.equal([2520, 20]);
  });

  it('a row that moved between reading and writing is decided again', async () => {
    const id = await storedOrder();
    let attempts = 0;
    await db.repositories.transaction({ deadlineMs: 3000 }, async (bound) => {
      attempts += 1;
      await bound.orders.get(id);
      if (attempts === 1) await outsideWrite(id);
      await addOne(bound, id);
    });
    expect([attempts, await subtotalOf(id)]).to.deep.equal([2, 9001]);
  });

  async function outsideWrite(id: string): Promise<void> {
    const orders = db.outside.db(db.database.settings.dbName).collection<{ _id: string }>('guichet_orders');
    await orders.updateOne({ _id: id }, { $set: { subtotal: 9000 }, $inc: { version: 1 } });
  }

  it('its deadline is one for all attempts, and it ends as a conflict', async () => {
    let attempts = 0;
    const began = performance.now();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 300 }, () => {
        attempts += 1;
        throw new WriteConflict('always');
      })
      .catch((error: unknown) => error);
    expect(performance.now() - began).to.be.within(290, 1500);
    expect(attempts).to.be.greaterThan(2);
    expect(isConflict(thrown)).to.equal(true);
  });

  it('is tried no more often than it may be', async () => {
    let attempts = 0;
    const thrown = await db.repositories
      .transaction({ deadlineMs: 3000, attempts: 2 }, () => {
        attempts += 1;
        throw new WriteConflict('always');
      })
      .catch((error: unknown) => error);
    expect([attempts, isConflict(thrown)]).to.deep.equal([2, true]);
  });

  it('an operation after the deadline is not sent, and nothing is stored', async () => {
    const id = await storedOrder();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 150 }, async (bound) => {
        await addOne(bound, id);
        await delay(200);
        await bound.orders.get(id);
      })
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(DeadlineExceeded);
    expect(isConflict(thrown)).to.equal(true);
    expect(await subtotalOf(id)).to.equal(2500);
  });

  it('work that ends after the deadline is not committed', async () => {
    const id = await storedOrder();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 150 }, async (bound) => {
        await addOne(bound, id);
        await delay(200);
      })
      .catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(DeadlineExceeded);
    expect(await subtotalOf(id)).to.equal(2500);
  });

  it('gives the server no more time for an operation than is left', async () => {
    const times: (number | undefined)[] = [];
    const inTurn = <T>(work: () => Promise<T>) => work();
    await runTransaction(db.database, { deadlineMs: 1000, inTurn }, async (scope) => {
      times.push(scope.options().maxTimeMS);
      await delay(50);
      times.push(scope.options().maxTimeMS);
    });
    expect(times[0]).to.be.within(500, 1000);
    expect(times[1]).to.be.within(1, Number(times[0]) - 40);
  });

  it('what the server ends for want of time is its deadline too', async () => {
    const id = await storedOrder();
    const inTurn = <T>(work: () => Promise<T>) => work();
    const began = performance.now();
    const thrown = await runTransaction(db.database, { deadlineMs: 300, inTurn }, async (scope) => {
      const slow = { _id: id, $where: 'sleep(5000) || true' };
      await db.stores.orders.raw.findOne(slow, scope.options());
    }).catch((error: unknown) => error);
    expect(performance.now() - began).to.be.lessThan(3000);
    expect(thrown).to.be.instanceOf(DeadlineExceeded);
  });

  it('a transaction that another client holds open is waited for no longer than the deadline', async () => {
    const id = await storedOrder();
    const session = db.outside.startSession();
    session.startTransaction();
    const orders = db.outside.db(db.database.settings.dbName).collection<{ _id: string }>('guichet_orders');
    await orders.updateOne({ _id: id }, { $set: { subtotal: 1 } }, { session });
    const began = performance.now();
    const thrown = await db.repositories
      .transaction({ deadlineMs: 400 }, (bound) => addOne(bound, id))
      .catch((error: unknown) => error);
    expect(performance.now() - began).to.be.lessThan(2000);
    expect(isConflict(thrown)).to.equal(true);
    await session.abortTransaction();
    await session.endSession();
    await db.repositories.transaction({ deadlineMs: 3000 }, (bound) => addOne(bound, id));
    expect(await subtotalOf(id)).to.equal(2501);
  });
});
