import { expect } from 'chai';
import Stripe from 'stripe';
import { outcomeUnknown } from '../domain/errors.js';
import { createLogger, type Logger, logSerializers } from './logger.js';

const secrets = {
  key: 'sk_live_51HabcdefGHIJ',
  webhookSecret: 'whsec_0123456789abcdef',
  clientSecret: 'pi_3AbcDef_secret_XyZ987',
  card: '4242424242424242',
  bearer: 'Bearer eyJhbGciOi.payload.sig',
  apiKey: 'gk_01JHMZ5T8GCQ4W7V',
};

/** A logger at trace level, and what it wrote. */
function recording(): { logger: Logger; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const logger = createLogger({ level: 'trace' }, { write: (line) => void written.push(line) });
  const text = () => written.join('');
  return { logger, text, lines: () => written.map((line) => JSON.parse(line)) };
}

function expectClean(text: string): void {
  for (const secret of Object.values(secrets)) expect(text).to.not.include(secret);
  expect(text).to.not.match(/51Habcdef|0123456789abcdef|XyZ987|eyJhbGciOi|01JHMZ5T8G/);
}

describe('X7 the log is free of secrets', () => {
  it('in messages, with every way to write one', () => {
    const { logger, text, lines } = recording();
    for (const secret of Object.values(secrets)) {
      logger.info(`calling with ${secret}`);
      logger.info('calling with %s', secret);
      logger.warn({ note: `calling\n${secret}` }, `again "${secret}"`);
      logger.error(new Error(`no answer for ${secret}`));
      logger.child({ requestId: secret }).info('bound');
      logger.child({ context: { deep: { secret } } }).info('bound deep');
    }
    expectClean(text());
    expect(lines()).to.have.length(36);
  });

  it('in objects that somebody logs whole', () => {
    const { logger, text, lines } = recording();
    const payment = { id: 'pay_1', clientSecret: secrets.clientSecret, card: { number: secrets.card } };
    logger.info({ payment, config: { stripe: { secretKey: secrets.key } } }, 'created');
    logger.info(
      { list: [payment, secrets.key], n: Number(secrets.card), email: 'ann@example.com' },
      'listed',
    );
    expectClean(text());
    expect(text()).to.not.include('ann@');
    expect(lines()[0]).to.include({ payment: '[left out]', msg: 'created' });
  });

  it('in requests and responses', () => {
    const { logger, text, lines } = recording();
    const headers = { authorization: secrets.bearer, 'stripe-signature': 't=1,v1=abc', cookie: 'session=1' };
    const url = `/checkout/ord_1?payment_intent_client_secret=${secrets.clientSecret}`;
    const req = {
      id: 'req_1',
      method: 'POST',
      url,
      headers,
      body: { number: secrets.card },
      raw: { headers },
    };
    const res = { statusCode: 402, headers, getHeaders: () => headers };
    logger.info({ req, res, responseTime: 12 }, 'request completed');
    logger.child({ req }, { serializers: logSerializers }).info('bound');
    expectClean(text());
    expect(text()).to.not.match(/session=1|v1=abc|client_secret/);
    expect(lines()[0]).to.deep.include({
      req: { id: 'req_1', method: 'POST', path: '/checkout/ord_1' },
      res: { statusCode: 402 },
      responseTime: 12,
    });
  });

  it('in requests that pino-http serialises by itself', () => {
    const { logger, text } = recording();
    const req = { method: 'GET', headers: { cookie: 'session=1' }, query: { email: 'ann@example.com' } };
    logger
      .child({ req }, { serializers: { req: (raw) => raw } })
      .info({ responseTime: 1 }, 'request completed');
    expect(text()).to.include('"method":"GET"');
    expect(text()).to.not.match(/session=1|ann@/);
  });

  it('in the errors of the SDK: W22 a bad signature logs neither header nor payload', () => {
    const { logger, text, lines } = recording();
    const stripe = new Stripe(secrets.key);
    const payload = JSON.stringify({ id: 'evt_1', client_secret: secrets.clientSecret });
    try {
      stripe.webhooks.constructEvent(payload, 't=1736942400,v1=5257a869e7', secrets.webhookSecret);
      expect.fail('the signature was accepted');
    } catch (err) {
      logger.warn({ err }, 'webhook refused');
      logger.warn(err);
    }
    expectClean(text());
    expect(text()).to.not.match(/evt_1|5257a869e7/);
    expect(lines()[0]?.err).to.include({ type: 'StripeSignatureVerificationError' });
  });

  it('in a decline, which carries headers and the whole PaymentIntent', () => {
    const { logger, text, lines } = recording();
    const err = new Stripe.errors.StripeCardError({
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: `Your card ${secrets.card} was declined.`,
      statusCode: 402,
      requestId: 'req_abc',
      headers: { 'idempotency-key': 'guichet:confirm:1', authorization: secrets.bearer },
      payment_intent: { id: 'pi_1', client_secret: secrets.clientSecret } as never,
    });
    const cause = outcomeUnknown('outcome_unknown', 'Send it again.', {
      cause: err,
      extra: { operationId: 'op_1' },
    });
    logger.error({ err: cause }, 'confirm failed');
    expectClean(text());
    expect(text()).to.not.include('guichet:confirm:1');
    const logged = lines()[0]?.err as { cause: object };
    expect(logged).to.include({ category: 'outcome_unknown', code: 'outcome_unknown', operationId: 'op_1' });
    expect(logged.cause).to.include({ type: 'StripeCardError', code: 'card_declined', statusCode: 402 });
    expect(logged.cause).to.include({ declineCode: 'insufficient_funds', stripeRequestId: 'req_abc' });
  });

  it('in the errors of parsers and databases, which quote what they were given', () => {
    const { logger, text } = recording();
    const quoted: unknown[] = [];
    try {
      JSON.parse(`{"email":"ann@example.com",${secrets.clientSecret}}`);
    } catch (thrown) {
      quoted.push(thrown);
    }
    const duplicate = new Error(
      'E11000 duplicate key error collection: x dup key: { email: "ann@example.com" }',
    );
    quoted.push(
      duplicate,
      Object.assign(new Error('entity too large'), { body: secrets.card, headers: secrets }),
    );
    for (const err of quoted) logger.error({ err }, 'failed');
    expectClean(text());
    expect(text()).to.not.include('ann@example.com');
    expect(text()).to.include('E11000 duplicate key error collection: x');
  });

  it('when what was thrown is no error', () => {
    const { logger, text, lines } = recording();
    for (const err of [secrets.key, { headers: secrets }, null, undefined, 7])
      logger.error({ err }, 'failed');
    expectClean(text());
    expect(lines()).to.have.length(5);
  });
});

describe('createLogger', () => {
  it('writes one JSON line with level, time, message and bindings', () => {
    const { logger, lines } = recording();
    logger
      .child({ requestId: 'req_1' })
      .warn({ attempt: 2, at: new Date(0), ids: ['a', 'b'] }, 'trying again');
    const [line] = lines();
    expect(line).to.deep.include({ level: 'warn', msg: 'trying again', requestId: 'req_1', attempt: 2 });
    expect(line).to.deep.include({ at: '1970-01-01T00:00:00.000Z', ids: ['a', 'b'] });
    expect(line?.time).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('follows the causes of an error, and not for ever', () => {
    const { logger, lines } = recording();
    const err = new Error('outer', { cause: new Error('inner') });
    logger.error({ err }, 'failed');
    const loop = new Error('loop');
    loop.cause = loop;
    logger.error({ err: loop }, 'failed');
    const logged = lines()[0]?.err as { stack: string; cause: { message: string } };
    expect(logged.cause.message).to.equal('inner');
    expect(logged.stack).to.include('logger.test.ts');
    expect(lines()).to.have.length(2);
  });

  it('honours its level', () => {
    const written: string[] = [];
    const logger = createLogger({ level: 'warn' }, { write: (line) => void written.push(line) });
    logger.info('quiet');
    logger.warn('loud');
    expect(written).to.have.length(1);
  });

  it('shortens what is long', () => {
    const { logger, text } = recording();
    logger.info({ note: 'x'.repeat(100_000) }, 'long');
    expect(text().length).to.be.below(3000);
  });
});
