import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'dotenv';
import { type Config, ConfigError, type Environment, loadConfig, requireComplete } from './env.js';
import { describeSettings } from './env-schema.js';
import { renderEnvExample } from './write-env-example.js';

const complete: Environment = {
  MONGODB_URI: 'mongodb://localhost:27017/?replicaSet=rs0',
  REDIS_URL: 'redis://localhost:6379',
  STRIPE_SECRET_KEY: 'sk_test_abc',
  STRIPE_MODE: 'test',
  STRIPE_WEBHOOK_SECRETS: 'whsec_new, whsec_old',
  PAYMENT_RETURN_URL: 'https://shop.example.com/return',
  SMTP_URL: 'smtp://mail.example.com:587',
};

/** The problems of a configuration by the name of the setting. */
function problemsOf(source: Environment, command: 'dev' | 'serve' = 'dev'): Record<string, string> {
  try {
    if (command === 'dev') loadConfig(source, { command });
    else loadConfig(source, { command });
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    expect(thrown.problems.length).to.equal(new Set(thrown.problems.map((problem) => problem.name)).size);
    return Object.fromEntries(thrown.problems.map((problem) => [problem.name, problem.message]));
  }
  return {};
}

function dev(source: Environment = {}): Config {
  return loadConfig(source, { command: 'dev' });
}

describe('loadConfig', () => {
  it('needs nothing for guichet dev, and has sound defaults', () => {
    const config = dev();
    expect(config.server).to.include({ port: 3000, host: '127.0.0.1', publicUrl: null, trustProxy: false });
    expect(config.server).to.include({ bodyLimitBytes: 100_000, webhookBodyLimitBytes: 2_000_000 });
    expect(config.server.corsOrigins).to.deep.equal([]);
    expect(config.paths).to.deep.equal({ home: '.guichet', cache: null });
    expect(config.mongodb).to.include({ uri: null, dbName: 'guichet', collectionPrefix: 'guichet_' });
    expect(config.mongodb).to.include({ maxPoolSize: 50, workerPoolSize: 10, readMaxTimeMs: 2000 });
    expect(config.mongodb).to.include({ readConcern: 'majority', writeConcern: 'majority' });
    expect(config.stripe).to.include({ secretKey: null, mode: null, apiBaseUrl: 'https://api.stripe.com' });
    expect(config.stripe).to.include({
      callTimeoutMs: 10_000,
      confirmTimeoutMs: 20_000,
      timeBudgetMs: 25_000,
      requestsPerSecond: 20,
    });
    expect(config.stripe.breaker).to.deep.equal({ failures: 10, openMs: 10_000 });
    expect(dev({ STRIPE_SECRET_KEY: 'sk_live_a' }).stripe.requestsPerSecond).to.equal(80);
    expect(config.receipts).to.include({ sender: 'guichet', smtpUrl: null });
  });

  it('reads a complete configuration for guichet serve', () => {
    const config = loadConfig(complete, { command: 'serve' });
    expect(config.server.host).to.equal('0.0.0.0');
    expect(config.stripe.webhookSecrets).to.deep.equal(['whsec_new', 'whsec_old']);
    expect(config.payments).to.deep.equal({
      returnUrl: 'https://shop.example.com/return',
      returnHosts: ['shop.example.com'],
    });
    expect(config.mongodb.uri).to.equal(complete.MONGODB_URI);
  });

  it('lists everything that guichet serve misses, at once and by name', () => {
    expect(problemsOf({}, 'serve')).to.have.all.keys(Object.keys(complete));
    expect(problemsOf({ ...complete, MONGODB_URI: '' }, 'serve')).to.have.all.keys(['MONGODB_URI']);
  });

  it('asks for a mail server only while Guichet sends the receipts', () => {
    const { SMTP_URL, ...withoutMail } = complete;
    expect(problemsOf({ ...withoutMail, RECEIPTS: 'guichet' }, 'serve')).to.have.all.keys(['SMTP_URL']);
    expect(problemsOf({ ...withoutMail, RECEIPTS: 'stripe' }, 'serve')).to.deep.equal({});
    expect(problemsOf({ ...withoutMail, RECEIPTS: 'off' }, 'serve')).to.deep.equal({});
  });

  it('asks for Redis unless it is turned off', () => {
    const { REDIS_URL, ...without } = complete;
    expect(problemsOf(without, 'serve')).to.have.all.keys(['REDIS_URL']);
    expect(problemsOf({ ...without, REDIS: 'off' }, 'serve')).to.deep.equal({});
    expect(problemsOf({ ...complete, REDIS_URL: 'localhost:6379' })).to.have.all.keys(['REDIS_URL']);
    expect(loadConfig(complete, { command: 'serve' }).redis).to.deep.equal({
      url: REDIS_URL,
      keyPrefix: 'guichet:',
      commandTimeoutMs: 150,
    });
    expect(dev({ ...complete, REDIS: 'off' }).redis.url).to.equal(null);
    expect(dev().redis.url).to.equal(null);
  });

  it('has the limits of the design', () => {
    expect(dev().limits).to.deep.equal({
      ...{ apiKeyPerSecond: 1000, userPerMinute: 60, anonymousPerMinute: 600 },
      ...{ declinesPerUser: 5, declinesPerAddress: 20, badSignaturesPerMinute: 100 },
    });
  });

  it('reports wrong, missing and contradicting settings together', () => {
    const source = {
      ...complete,
      PORT: '70000',
      STRIPE_MODE: 'live',
      PAYMENT_RETURN_URL: '',
      LOG_LEVEL: 'loud',
    };
    const problems = problemsOf(source, 'serve');
    expect(problems).to.have.all.keys(['PORT', 'STRIPE_MODE', 'PAYMENT_RETURN_URL', 'LOG_LEVEL']);
    expect(problems.PORT).to.equal('expected a whole number from 0 to 65535');
    expect(problems.LOG_LEVEL).to.include('fatal, error, warn');
  });

  it('has a checkout page only with a publishable key, and then needs the public address', () => {
    expect(dev().checkout).to.equal(null);
    const source = { ...complete, STRIPE_PUBLISHABLE_KEY: 'pk_test_a' };
    expect(problemsOf(source, 'serve')).to.have.all.keys(['PUBLIC_URL']);
    const config = loadConfig({ ...source, PUBLIC_URL: 'https://pay.example.com' }, { command: 'serve' });
    expect(config.checkout).to.deep.equal({
      publishableKey: 'pk_test_a',
      jsUrl: 'https://js.stripe.com/v3/',
    });
  });

  it('refuses a publishable key of the other mode, a secret one, and Stripe.js in clear in live mode', () => {
    const live = { STRIPE_SECRET_KEY: 'sk_live_a', STRIPE_MODE: 'live' };
    for (const source of [
      { ...complete, STRIPE_PUBLISHABLE_KEY: 'pk_live_a' },
      { ...live, STRIPE_PUBLISHABLE_KEY: 'pk_test_a' },
      { STRIPE_MODE: 'live', STRIPE_PUBLISHABLE_KEY: 'pk_test_a' },
      { STRIPE_PUBLISHABLE_KEY: 'sk_test_a' },
    ])
      expect(problemsOf(source), JSON.stringify(source)).to.have.all.keys(['STRIPE_PUBLISHABLE_KEY']);
    const clear = { ...live, STRIPE_PUBLISHABLE_KEY: 'pk_live_a', STRIPE_JS_URL: 'http://js.example/v3/' };
    expect(problemsOf(clear)).to.have.all.keys(['STRIPE_JS_URL']);
  });

  it('refuses a secret of the platform among those for connected accounts, and repeats neither', () => {
    const problems = problemsOf(
      { ...complete, STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_other, whsec_old' },
      'serve',
    );
    expect(Object.keys(problems)).to.deep.equal(['STRIPE_CONNECT_WEBHOOK_SECRETS']);
    expect(JSON.stringify(problems)).to.not.include('whsec_o');
    const fine = loadConfig(
      { ...complete, STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_2, whsec_1' },
      { command: 'serve' },
    );
    expect(fine.stripe.connectWebhookSecrets).to.deep.equal(['whsec_2', 'whsec_1']);
    expect(loadConfig(complete, { command: 'serve' }).stripe.connectWebhookSecrets).to.deep.equal([]);
  });

  it('W17 refuses a webhook secret that is empty or does not begin with whsec_', () => {
    for (const secrets of ['', ' ', ',', 'whsec_', 'whsec_a,', 'secret', 'whsec_a,b', 'whsec_a b']) {
      for (const command of ['dev', 'serve'] as const) {
        const problems = problemsOf({ ...complete, STRIPE_WEBHOOK_SECRETS: secrets }, command);
        expect(problems, `${command} ${JSON.stringify(secrets)}`).to.have.all.keys([
          'STRIPE_WEBHOOK_SECRETS',
        ]);
      }
    }
    expect(problemsOf({ STRIPE_WEBHOOK_SECRET: 'whsec_a' })).to.have.all.keys(['STRIPE_WEBHOOK_SECRET']);
  });

  it('takes users’ tokens only with one key, an issuer and an audience', () => {
    const claims = { JWT_ISSUER: 'https://id.example.com/', JWT_AUDIENCE: 'guichet, shop' };
    const [jwks, secret] = [{ JWT_JWKS_URL: 'http://id.example.com/jwks' }, { JWT_SECRET: 's'.repeat(32) }];
    expect(dev().jwt).to.equal(null);
    const expected = { issuer: 'https://id.example.com/', audience: ['guichet', 'shop'] };
    expect(dev({ ...claims, ...jwks }).jwt).to.deep.equal({
      ...expected,
      key: { type: 'jwks', url: 'http://id.example.com/jwks' },
    });
    expect(dev({ ...claims, ...secret }).jwt).to.deep.equal({
      ...expected,
      key: { type: 'secret', secret: 's'.repeat(32) },
    });
    expect(problemsOf({ ...claims, ...jwks, ...secret })).to.have.all.keys(['JWT_SECRET']);
    expect(problemsOf(claims)).to.have.all.keys(['JWT_JWKS_URL']);
    for (const key of [jwks, secret]) expect(problemsOf(key)).to.have.all.keys(Object.keys(claims));
    expect(problemsOf({ ...claims, JWT_SECRET: 's'.repeat(31) })).to.have.all.keys(['JWT_SECRET']);
    expect(problemsOf({ ...claims, ...jwks, STRIPE_SECRET_KEY: 'sk_live_a' })).to.have.all.keys([
      'JWT_JWKS_URL',
    ]);
  });

  const keys: [string, string, boolean][] = [
    ['sk_test_a', 'test', true],
    ['rk_test_a', 'test', true],
    ['sk_live_a', 'live', true],
    ['rk_live_a', 'live', true],
    ['sk_live_a', 'test', false],
    ['rk_test_a', 'live', false],
  ];
  for (const [key, mode, fits] of keys) {
    it(`a ${key} key ${fits ? 'fits' : 'contradicts'} STRIPE_MODE=${mode}`, () => {
      const problems = problemsOf({ ...complete, STRIPE_SECRET_KEY: key, STRIPE_MODE: mode }, 'serve');
      expect(Object.keys(problems)).to.deep.equal(fits ? [] : ['STRIPE_MODE']);
    });
  }

  it('takes the mode from the key for guichet dev', () => {
    expect(dev({ STRIPE_SECRET_KEY: 'rk_live_a' }).stripe.mode).to.equal('live');
    expect(dev({ STRIPE_SECRET_KEY: 'sk_test_live_' }).stripe.mode).to.equal('test');
  });

  it('never repeats a value, which may be a secret', () => {
    const secret = 'hunter2-hunter2';
    const source = Object.fromEntries(describeSettings().map(({ name }) => [name, `${secret} ${name}\n!`]));
    try {
      loadConfig(source, { command: 'serve' });
      expect.fail('it was accepted');
    } catch (thrown) {
      expect(thrown).to.be.instanceOf(ConfigError);
      expect(String(thrown)).to.not.include(secret);
    }
  });

  const wrong: Environment[] = [
    { PORT: '-1' },
    { PORT: '3000.5' },
    { PORT: '0x10' },
    { PUBLIC_URL: 'pay.example.com' },
    { PUBLIC_URL: 'javascript:alert(1)' },
    { TRUST_PROXY: 'everybody' },
    { TRUST_PROXY: '10.0.0.0/8/8' },
    { CORS_ORIGINS: '*' },
    { CORS_ORIGINS: 'https://shop.example.com/' },
    { PAYMENT_RETURN_HOSTS: 'https://shop.example.com' },
    { MONGODB_URI: 'postgres://localhost' },
    { MONGODB_WRITE_CONCERN: '0' },
    { STRIPE_SECRET_KEY: 'pk_test_a' },
    { STRIPE_ACCOUNT_ID: 'cus_1' },
    { STRIPE_CALL_TIMEOUT_MS: '30000' },
    { SERVER_HEADERS_TIMEOUT_MS: '90000' },
    { SMTP_URL: 'https://mail.example.com' },
    { MAIL_FROM: 'nobody' },
  ];
  for (const source of wrong) {
    it(`refuses ${JSON.stringify(source)}`, () => {
      expect(Object.keys(problemsOf(source))).to.deep.equal(Object.keys(source));
    });
  }

  it('does not send a live key over plain http', () => {
    const source = { STRIPE_SECRET_KEY: 'sk_live_a', STRIPE_API_BASE_URL: 'http://localhost:12111' };
    expect(problemsOf(source)).to.have.all.keys(['STRIPE_API_BASE_URL']);
    expect(problemsOf({ ...source, STRIPE_SECRET_KEY: 'sk_test_a' })).to.deep.equal({});
  });

  it('reads lists, proxies, hosts and port 0', () => {
    expect(dev({ PORT: '0' }).server.port).to.equal(0);
    expect(dev({ TRUST_PROXY: 'true' }).server.trustProxy).to.equal(true);
    expect(dev({ TRUST_PROXY: '2' }).server.trustProxy).to.equal(2);
    const subnets = ['loopback', '10.0.0.0/8', '::1'];
    expect(dev({ TRUST_PROXY: subnets.join(', ') }).server.trustProxy).to.deep.equal(subnets);
    const origins = 'https://shop.example.com,http://localhost:5173';
    expect(dev({ CORS_ORIGINS: origins }).server.corsOrigins).to.deep.equal(origins.split(','));
    const hosts = dev({ PAYMENT_RETURN_HOSTS: 'a.example.com, localhost:3000' }).payments.returnHosts;
    expect(hosts).to.deep.equal(['a.example.com', 'localhost:3000']);
    expect(dev({ MONGODB_WRITE_CONCERN: '2' }).mongodb.writeConcern).to.equal(2);
  });
});

describe('requireComplete', () => {
  it('accepts what embedded parts completed, and names what they forgot', () => {
    expect(requireComplete(dev(complete)).mongodb.uri).to.equal(complete.MONGODB_URI);
    expect(() => requireComplete(dev({ ...complete, MONGODB_URI: undefined }))).to.throw(
      ConfigError,
      'MONGODB_URI',
    );
  });
});

describe('.env.example', () => {
  it('is current', () => {
    const file = new URL('../../.env.example', import.meta.url);
    expect(readFileSync(file, 'utf8')).to.equal(renderEnvExample());
  });

  it('describes every setting, and its values are valid', () => {
    const uncommented = renderEnvExample().replaceAll(/^# ([A-Z_]+=)/gm, '$1');
    const values = parse(uncommented);
    expect(Object.keys(values)).to.deep.equal(describeSettings().map(({ name }) => name));
    // Of two that exclude each other, either.
    for (const other of ['JWT_SECRET', 'JWT_JWKS_URL']) {
      expect(problemsOf({ ...values, [other]: undefined }, 'serve')).to.deep.equal({});
    }
  });
});
