import { expect } from 'chai';
import { ConfigError } from '../config/env.js';
import type { GuichetOptions } from './options.js';
import { readOptions } from './read-options.js';

const complete: GuichetOptions = {
  mongodb: { uri: 'mongodb://127.0.0.1:27017/?replicaSet=rs0' },
  stripe: { secretKey: 'sk_test_1', mode: 'test', webhookSecrets: ['whsec_1', 'whsec_0'] },
  payments: { returnUrl: 'https://shop.example/thanks' },
};

function problemsOf(options: unknown): Record<string, string> {
  try {
    readOptions(options as GuichetOptions);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
    throw error;
  }
  return {};
}

describe('the options of createGuichet', () => {
  it('are the settings of the service, with their defaults, but no receipts and a quiet log', () => {
    const config = readOptions({
      ...complete,
      mongodb: { ...complete.mongodb, dbName: 'shop', collectionPrefix: 'pay_', maxPoolSize: 7 },
      trustProxy: ['loopback', '10.0.0.0/8'],
      settings: { STRIPE_CALL_TIMEOUT_MS: '5000' },
    });
    expect(config.mongodb).to.include({ dbName: 'shop', collectionPrefix: 'pay_', maxPoolSize: 7 });
    expect(config.stripe).to.include({ callTimeoutMs: 5000, apiBaseUrl: 'https://api.stripe.com' });
    expect(config.stripe.webhookSecrets).to.deep.equal(['whsec_1', 'whsec_0']);
    expect(config.payments.returnHosts).to.deep.equal(['shop.example']);
    expect(config.server.trustProxy).to.deep.equal(['loopback', '10.0.0.0/8']);
    expect(config.receipts.sender).to.equal('off');
    expect(config.logging.level).to.equal('warn');
  });

  it('do without Redis unless its address is given', () => {
    expect(readOptions(complete).redis.url).to.equal(null);
    const redis = { url: 'redis://127.0.0.1:6379', keyPrefix: 'shop:' };
    expect(readOptions({ ...complete, redis }).redis).to.include(redis);
  });

  it('name everything that is missing at once, as options', () => {
    expect(Object.keys(problemsOf({}))).to.have.members([
      ...['mongodb.uri', 'stripe.secretKey', 'stripe.mode', 'stripe.webhookSecrets', 'payments.returnUrl'],
    ]);
    expect(problemsOf({})['mongodb.uri']).to.match(/^is required, for example mongodb:/);
  });

  it('are refused by the rules of the settings, in words of options, and values are not repeated', () => {
    const problems = problemsOf({
      ...complete,
      stripe: { ...complete.stripe, secretKey: 'sk_live_hush', webhookSecrets: [] },
      receipts: { sender: 'guichet' },
    });
    expect(problems['stripe.mode']).to.include('though stripe.secretKey is a live key');
    expect(problems['stripe.webhookSecrets']).to.include('whsec_');
    expect(problems['receipts.smtpUrl']).to.include('unless receipts.sender is stripe or off');
    expect(JSON.stringify(problems)).to.not.include('hush');
  });

  it('with a name or a shape that there is not, say so', () => {
    const problems = problemsOf({
      ...complete,
      webhookSecret: 'whsec_1',
      on: { 'order.shipped': () => undefined, 'order.paid': 'later' },
      worker: 'elsewhere',
      authenticate: true,
    });
    expect(problems.webhookSecret).to.equal('is no option');
    expect(problems['on.order.shipped']).to.include('there are order.paid, ');
    expect(problems['on.order.paid']).to.equal('expected a function');
    expect(problems.worker).to.equal('expected one of in-process, none');
    expect(problems.authenticate).to.equal('expected a function');
  });

  it('that are given a second time as a setting are refused', () => {
    const settings = { MONGODB_DB_NAME: 'other' };
    const problems = problemsOf({ ...complete, mongodb: { ...complete.mongodb, dbName: 'shop' }, settings });
    expect(problems).to.have.property('settings.MONGODB_DB_NAME');
  });

  it('leave the environment alone', () => {
    process.env.MONGODB_DB_NAME = 'from_the_environment';
    try {
      expect(readOptions(complete).mongodb.dbName).to.equal('guichet');
    } finally {
      delete process.env.MONGODB_DB_NAME;
    }
  });
});
