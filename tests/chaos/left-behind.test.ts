import { expect } from 'chai';
import { type RunningMongod, startMongod } from '../../embedded/mongod/start-mongod.js';
import { type Child, startChild } from '../support/child-process.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';

const WRITABLE_WITHIN_MS = 10_000;

describe('transactions that a killed process left behind', function () {
  this.timeout(90_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  before(async () => {
    // As on a server that nobody configured for us: a transaction may stay open for a minute.
    const parameters = { transactionLifetimeLimitSeconds: 60, notablescan: 1 };
    mongod = await startMongod({ env: process.env, parameters, cacheSizeGB: 0.25 });
    site = await startCrashSite({ mongod });
    await site.start('api');
  });
  after(async () => {
    // What is not ours is still open: dropping the database would wait for it, for a minute.
    await site.mongo.db('admin').command({ killAllSessions: [] });
    await site.stop();
    await mongod.stop();
  });

  async function holdRow(id: string, appName: string): Promise<Child> {
    const { namespace, dbName, collectionName } = site.rows('locks');
    expect(namespace).to.equal(`${dbName}.${collectionName}`);
    await site.rows('locks').updateOne({ _id: id }, { $set: { written: false } }, { upsert: true });
    const child = await startChild('tests/support/hold-transaction.ts', {
      MONGODB_URI: mongod.uri,
      DB_NAME: dbName,
      COLLECTION: collectionName,
      ROW_ID: id,
      APP_NAME: appName,
    });
    await eventually(child.output, (output) => output.includes('holding'));
    return child;
  }

  const write = (id: string): Promise<boolean> =>
    site
      .rows('locks')
      .updateOne({ _id: id }, { $set: { written: true } }, { maxTimeMS: 500 })
      .then(
        () => true,
        () => false,
      );

  it('are ended: their rows can be written again within 10 s', async () => {
    const child = await holdRow('of-ours', 'guichet');
    await child.kill();
    const killedAt = performance.now();
    expect(await write('of-ours'), 'the row is held by nobody who lives').to.equal(false);
    await eventually(
      () => write('of-ours'),
      (written) => written,
      20_000,
    );
    expect(performance.now() - killedAt).to.be.below(WRITABLE_WITHIN_MS);
  });

  it('are left alone when they are not ours', async () => {
    const child = await holdRow('of-another', 'somebody-else');
    const ours = await holdRow('of-ours-again', 'guichet');
    await ours.kill();
    await eventually(
      () => write('of-ours-again'),
      (written) => written,
      20_000,
    );
    expect(await write('of-another')).to.equal(false);
    await child.kill();
  });
});
