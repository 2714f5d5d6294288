import { expect } from 'chai';
import { openEmptyDatabase, type TestDatabase } from '../../tests/support/database.js';
import { exampleOrder, examplePayment } from '../../tests/support/rows.js';
import { missingUniqueIndexes } from '../repositories/indexes.js';
import { createMigration, migrateUp, migrationStatus } from './migrate.js';

describe('migrateUp', () => {
  let db: TestDatabase;
  let all: string[];
  beforeEach(async () => {
    db = await openEmptyDatabase('migrate');
    all = (await migrationStatus(db.database)).pending;
  });
  afterEach(() => db.close());

  it('builds every unique index, and running it again changes nothing', async () => {
    const { database, stores } = db;
    expect((await missingUniqueIndexes(stores)).length).to.be.greaterThan(5);
    expect(all[0]).to.equal('0001-first-purchase');
    expect(await migrateUp(database)).to.deep.equal(all);
    expect(await missingUniqueIndexes(stores)).to.deep.equal([]);
    const indexes = await stores.payments.raw.indexes();
    expect(await migrateUp(database)).to.deep.equal([]);
    expect(await stores.payments.raw.indexes()).to.deep.equal(indexes);
    expect(await migrationStatus(database)).to.deep.equal({ executed: all, pending: [] });
  });

  it('of two at once one migrates, and the other finds it done', async () => {
    const { database, stores } = db;
    const ran = await Promise.all([migrateUp(database), migrateUp(database)]);
    expect(ran.flat()).to.deep.equal(all);
    expect(await missingUniqueIndexes(stores)).to.deep.equal([]);
  });

  it('keeps the rows that are there', async () => {
    const { database, stores } = db;
    await migrateUp(database);
    await stores.locks.raw.insertOne({ _id: 'kept', lease: null, released: true, orphaned: false });
    const migrations = db.outside.db(database.settings.dbName).collection('guichet_migrations');
    await migrations.deleteMany({}, { hint: '_id_' });
    expect(await migrateUp(database)).to.deep.equal(all);
    expect(await stores.locks.raw.findOne({ _id: 'kept' })).to.include({ released: true });
  });

  it('0003 takes payments from before manual capture for captured at once', async () => {
    const { database, stores } = db;
    await migrateUp(database);
    const { captureMethod: _, captureBefore: __, amountAuthorized: ___, ...old } = examplePayment();
    await stores.payments.batch.insertMany([
      { ...old, _id: 'pay_old', amountReceived: 900 },
      {
        ...examplePayment({ captureMethod: 'manual', amountAuthorized: 7 }),
        _id: 'pay_new',
        stripe: { ...old.stripe, paymentIntentId: 'pi_2' },
      },
    ]);
    const migrations = db.outside.db(database.settings.dbName).collection('guichet_migrations');
    await migrations.deleteMany({}, { hint: '_id_' });
    await migrateUp(database);
    const added = { captureMethod: 'automatic', captureBefore: null, amountAuthorized: 900 };
    expect(await stores.payments.raw.findOne({ _id: 'pay_old' })).to.include(added);
    const kept = await stores.payments.raw.findOne({ _id: 'pay_new' });
    expect(kept).to.include({ captureMethod: 'manual', amountAuthorized: 7 });
  });

  it('gives each order from before the checkout page a token of its own, and keeps those that are there', async () => {
    const { database, stores } = db;
    const orders = [exampleOrder(), exampleOrder(), exampleOrder({ checkoutToken: 'kept' })];
    await stores.orders.raw.insertMany(orders);
    await migrateUp(database);
    const found = await Promise.all(orders.map(({ _id }) => stores.orders.raw.findOne({ _id })));
    const tokens = found.map((order) => order?.checkoutToken);
    expect(tokens[2]).to.equal('kept');
    for (const token of tokens.slice(0, 2)) expect(token).to.match(/^[\w-]{22}$/);
    expect(new Set(tokens).size).to.equal(3);
  });

  it('gives keys from before they could be rolled what a rolled one needs, and keeps the others', async () => {
    const { database, stores } = db;
    const createdAt = new Date('2025-01-15T12:00:00.000Z');
    const old = { name: 'shop', hint: 'gk_test_abcd', scopes: ['ops'], createdAt, revokedAt: null };
    const current = { ...old, hash: 'h2', version: 7, lastUsedAt: createdAt };
    await stores.apiKeys.batch.insertMany([
      { _id: 'key_old', ...old, hash: 'h1' },
      { _id: 'key_current', ...current },
    ]);
    await migrateUp(database);
    expect(await stores.apiKeys.raw.findOne({ _id: 'key_old' })).to.deep.equal({
      ...{ _id: 'key_old', ...old, hash: 'h1', version: 1, audit: null, updatedAt: createdAt },
      ...{ lastUsedAt: null, expiresAt: null, replaces: null },
    });
    const kept = await stores.apiKeys.raw.findOne({ _id: 'key_current' });
    expect(kept).to.deep.equal({ _id: 'key_current', ...current });
  });

  it('gives orders from before discounts and taxes their amounts, and what was refunded of them', async () => {
    const { database, stores } = db;
    const { coupon: _, tax: __, amountRefunded: ___, refundState: ____, ...rest } = exampleOrder();
    const items = [{ name: 'Lamp', unitAmount: 1250, quantity: 2 }];
    const before = { ...rest, _id: 'ord_old', items, status: 'paid', paymentId: 'pay_1' };
    const newer = exampleOrder({ refundState: 'partial', amountRefunded: 5 });
    await stores.orders.batch.insertMany([before, newer]);
    await stores.payments.batch.insertOne({ _id: 'pay_1', orderId: 'ord_old', amountRefunded: 500 });
    await migrateUp(database);
    const after = await stores.orders.raw.findOne({ _id: 'ord_old' });
    expect(after).to.include({ tax: 0, coupon: null, amountRefunded: 500, refundState: 'partial' });
    expect(after?.items).to.deep.equal([
      {
        ...{ name: 'Lamp', unitAmount: 1250, quantity: 2, amount: 2500, discount: 0, tax: 0 },
        ...{ priceId: null, productId: null },
      },
    ]);
    const kept = await stores.orders.raw.findOne({ _id: newer._id });
    expect(kept).to.include({ refundState: 'partial', amountRefunded: 5 });
  });

  it('gives the lock back when a migration fails, so that the next one can try', async () => {
    const { database, stores } = db;
    // An index that is there with other options is a failure of createIndex.
    await stores.operations.raw.createIndex({ stripeKey: 1 }, { unique: false });
    const failed = await migrateUp(database).catch((error: Error) => error);
    expect(failed).to.be.instanceOf(Error);
    await stores.operations.raw.dropIndex('stripeKey_1');
    expect(await migrateUp(database)).to.deep.equal(all);
  });

  it('tells which unique index is missing', async () => {
    const { database, stores } = db;
    await migrateUp(database);
    await stores.operations.raw.dropIndex('stripeKey_1');
    expect(await missingUniqueIndexes(stores)).to.deep.equal(['guichet_operations {"stripeKey":1}']);
  });

  it('takes only names that make a file', async () => {
    for (const name of ['', 'Add Payouts', '../x', 'a.ts']) {
      const refused = await createMigration(name).catch((error: Error) => error.message);
      expect(refused).to.include('lower case');
    }
  });
});
