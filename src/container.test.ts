import { expect } from 'chai';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.js';
import { openEmptyDatabase, type TestDatabase } from '../tests/support/database.js';
import { startStandaloneMongod } from '../tests/support/standalone-mongod.js';
import { loadConfig } from './config/env.js';
import { createContainer } from './container.js';
import { migrateUp } from './db/migrate.js';

describe('createContainer', () => {
  let sandbox: Sandbox;
  let db: TestDatabase;
  before(async () => {
    sandbox = await startSandbox();
    db = await openEmptyDatabase('container');
  });
  after(async () => {
    await db.close();
    await sandbox.stop();
  });
  beforeEach(() => sandbox.control.reset());

  function configWith(changes: Record<string, string> = {}) {
    const { uri, dbName } = db.database.settings;
    const environment = {
      MONGODB_URI: uri,
      MONGODB_DB_NAME: dbName,
      STRIPE_SECRET_KEY: sandbox.secretKey,
      STRIPE_MODE: 'test',
      STRIPE_API_BASE_URL: sandbox.url,
      STRIPE_WEBHOOK_SECRETS: sandbox.webhookSecret,
      STRIPE_CALL_TIMEOUT_MS: '500',
      PAYMENT_RETURN_URL: 'https://shop.example/return',
      RECEIPTS: 'off',
      REDIS: 'off',
      ...changes,
    };
    return loadConfig(environment, { command: 'serve' });
  }

  /** What it says when it refuses; it must not leave a connection open either, or the process could not end. */
  async function refusal(changes: Record<string, string> = {}): Promise<string> {
    try {
      const container = await createContainer(configWith(changes));
      await container.close();
      return 'it started';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  it('refuses a database without its unique indexes, names them, and says what to do', async () => {
    const nothing = await refusal();
    expect(nothing).to.include('guichet migrate up').and.to.include('guichet_operations {"stripeKey":1}');
    await migrateUp(db.database);
    await db.stores.payments.raw.dropIndex('orderId_1');
    const one = await refusal();
    expect(one).to.include('guichet_payments {"orderId":1}').and.to.not.include('guichet_operations');
    await migrateUp(db.database);
    await db.stores.payments.raw.createIndex(
      { orderId: 1 },
      { unique: true, partialFilterExpression: { live: true, orderId: { $type: 'string' } } },
    );
    expect(await refusal()).to.equal('it started');
  });

  it('refuses a standalone MongoDB server, and says what to do', async () => {
    const standalone = await startStandaloneMongod();
    try {
      const message = await refusal({
        MONGODB_URI: standalone.uri,
        MONGODB_SERVER_SELECTION_TIMEOUT_MS: '10000',
      });
      expect(message).to.include('standalone').and.to.include('--replSet');
    } finally {
      await standalone.stop();
    }
  });

  it('knows the account of its key and the currency in which it settles', async () => {
    sandbox.control.seed({ country: 'GB', default_currency: 'gbp' });
    const container = await createContainer(configWith());
    expect(container.platform).to.deep.equal({
      stripeAccountId: sandbox.accountId,
      livemode: false,
      settlementCurrency: 'gbp',
      statementPrefix: null,
    });
    await container.close();
  });

  it('refuses a key that Stripe does not know, also when the account is given, without telling the key', async () => {
    for (const account of [{}, { STRIPE_ACCOUNT_ID: sandbox.accountId }]) {
      const message = await refusal({ STRIPE_SECRET_KEY: 'sk_test_of_somebody_else', ...account });
      expect(message).to.include('401').and.to.include('STRIPE_SECRET_KEY');
      expect(message).to.not.include('sk_test_of_somebody_else');
    }
  });

  it('starts while Stripe is away only when the account is given', async () => {
    for (const action of [{ type: 'hang' }, { type: 'reset' }, { type: 'status', status: 503 }] as const) {
      sandbox.control.faults.clear();
      sandbox.control.faults.add({ match: { path: '/v1/account' }, when: 'before', action });
      expect(await refusal()).to.include('STRIPE_ACCOUNT_ID');
      const container = await createContainer(configWith({ STRIPE_ACCOUNT_ID: 'acct_given' }));
      expect(container.platform).to.include({ stripeAccountId: 'acct_given', settlementCurrency: null });
      await container.close();
    }
  });

  it('refuses when no MongoDB answers', async () => {
    const message = await refusal({
      MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=none',
      MONGODB_SERVER_SELECTION_TIMEOUT_MS: '300',
    });
    expect(message).to.match(/ECONNREFUSED|timed out/);
  });
});
