import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { MemoryIdempotencyKeys } from '../../tests/support/memory-idempotency-keys.js';
import { examplePayment } from '../../tests/support/rows.js';
import { startWebLayer, type WebLayer, type WebLayerOptions } from '../../tests/support/web-layer.js';
import {
  conflict,
  invalidRequest,
  notFound,
  outcomeUnknown,
  paymentDeclined,
  rateLimited,
  unprocessable,
} from '../domain/errors.js';
import { newId } from '../utils/ids.js';

const SECRET = 'pi_1_secret_abc';

/** Lets a test decide when something that is under way goes on. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('Idempotency-Key', () => {
  let web: WebLayer;
  const paymentId = newId('pay');
  const body = { paymentId, paymentMethodId: 'pm_card_visa' };

  async function start(options: WebLayerOptions = {}) {
    web = await startWebLayer(options);
    return web;
  }

  function counting(outcomes: readonly (() => Error | null)[]) {
    const seen = { runs: 0 };
    const confirmPayment = async () => {
      const failure = outcomes[Math.min(seen.runs, outcomes.length - 1)]?.() ?? null;
      seen.runs += 1;
      if (failure !== null) throw failure;
      return examplePayment({ _id: paymentId, status: 'succeeded' });
    };
    return { seen, useCases: { confirmPayment } };
  }

  afterEach(() => web.stop());

  it('I1 a money POST without a key is 400', async () => {
    const { api, calls } = await start();
    const tries = [
      api.confirm(body, { idempotencyKey: null }),
      api.refund({ paymentId }, { idempotencyKey: null }),
      api.createIntent({ amount: 100, currency: 'usd' }, { idempotencyKey: null }),
    ];
    for (const answer of await Promise.all(tries)) {
      expect(answer.status).to.equal(400);
      expect(answer.problem.code).to.equal('idempotency_key_required');
    }
    expect(calls).to.deep.equal([]);
  });

  it('I2 the same key and request give the same answer, from one run', async () => {
    const { seen, useCases } = counting([() => null]);
    const { api } = await start({ useCases });
    const first = await api.confirm(body, { idempotencyKey: 'k' });
    const second = await api.confirm(body, { idempotencyKey: 'k' });
    expect(second.status).to.equal(first.status);
    expect(second.text).to.equal(first.text);
    expect([first.replayed, second.replayed]).to.deep.equal([false, true]);
    expect(seen.runs).to.equal(1);
  });

  it('I2 neither the order of names nor the case of a currency makes another request', async () => {
    const { api } = await start();
    await api.createIntent({ amount: 100, currency: 'usd' }, { idempotencyKey: 'k' });
    const again = await api.createIntent({ currency: 'USD', amount: 100 }, { idempotencyKey: 'k' });
    expect(again.replayed).to.equal(true);
  });

  it('I3 the same key with another body is 422, and does nothing', async () => {
    const { seen, useCases } = counting([() => null]);
    const { api } = await start({ useCases });
    await api.confirm(body, { idempotencyKey: 'k' });
    const answer = await api.confirm({ ...body, paymentMethodId: 'pm_card_amex' }, { idempotencyKey: 'k' });
    expect(answer.status).to.equal(422);
    expect(answer.problem.code).to.equal('idempotency_key_reused');
    expect(seen.runs).to.equal(1);
  });

  it('I4 of 20 at once one runs, and the others are told to ask again', async () => {
    const going = gate();
    let runs = 0;
    const confirmPayment = async () => {
      runs += 1;
      await going.opened;
      return examplePayment({ _id: paymentId, status: 'succeeded' });
    };
    const { api } = await start({ useCases: { confirmPayment } });
    let answered = 0;
    const all = Array.from({ length: 20 }, async () => {
      const answer = await api.confirm(body, { idempotencyKey: 'k' });
      answered += 1;
      // Everyone but the one that runs has its answer by now.
      if (answered === 19) going.open();
      return answer;
    });
    const answers = await Promise.all(all);
    expect(runs).to.equal(1);
    const refused = answers.filter((answer) => answer.status === 409);
    expect(refused).to.have.length(19);
    for (const answer of refused) {
      expect(answer.problem.code).to.equal('idempotency_key_in_use');
      expect(answer.headers.get('retry-after')).to.equal('1');
    }
  });

  it('I5 the same key of another caller, or on another route, is another key', async () => {
    const { api, clientWith, calls } = await start();
    await api.confirm(body, { idempotencyKey: 'k' });
    expect((await clientWith('gk_other').confirm(body, { idempotencyKey: 'k' })).replayed).to.equal(false);
    expect((await api.refund({ paymentId }, { idempotencyKey: 'k' })).replayed).to.equal(false);
    expect(calls).to.deep.equal(['confirmPayment', 'confirmPayment', 'refundPayment']);
  });

  it('I6 a quoted key and a bare one are the same', async () => {
    const { api } = await start();
    await api.confirm(body, { idempotencyKey: '"8e03978e"' });
    expect((await api.confirm(body, { idempotencyKey: '8e03978e' })).replayed).to.equal(true);
  });

  for (const key of ['x'.repeat(256), `"${'x'.repeat(256)}"`, 'a b', '""', 'caf\u00e9', 'a\tb']) {
    it(`I11 the key ${JSON.stringify(key).slice(0, 20)} (${key.length}) is 400`, async () => {
      const { api, calls } = await start();
      const answer = await api.confirm(body, { idempotencyKey: key });
      expect(answer.status).to.equal(400);
      expect(answer.problem.code).to.equal('idempotency_key_invalid');
      expect(calls).to.deep.equal([]);
    });
  }

  it('I11 a key of 255 characters is taken, also in quotes', async () => {
    const { api } = await start();
    expect((await api.confirm(body, { idempotencyKey: 'x'.repeat(255) })).status).to.equal(200);
    expect((await api.confirm(body, { idempotencyKey: `"${'x'.repeat(255)}"` })).replayed).to.equal(true);
  });

  it('I12 a refused input leaves no key behind', async () => {
    const { api, keys } = await start();
    expect((await api.confirm({ paymentId }, { idempotencyKey: 'k' })).status).to.equal(400);
    expect(keys.entries.size).to.equal(0);
    expect((await api.confirm(body, { idempotencyKey: 'k' })).status).to.equal(200);
  });

  const final: [string, () => Error, number][] = [
    ['I8 a decline', () => paymentDeclined('card_declined', 'No.'), 402],
    ['something that is not there', () => notFound('payment_not_found', 'No.'), 404],
    ['a conflict', () => conflict('payment_not_confirmable', 'No.'), 409],
    ['something that cannot be done', () => unprocessable('refused_by_stripe', 'No.'), 422],
  ];
  for (const [name, failure, status] of final) {
    it(`keeps ${name} (${status}) and replays it, word for word`, async () => {
      const { seen, useCases } = counting([failure, () => null]);
      const { api } = await start({ useCases });
      const first = await api.confirm(body, { idempotencyKey: 'k' });
      const second = await api.confirm(body, { idempotencyKey: 'k' });
      expect([first.status, second.status]).to.deep.equal([status, status]);
      expect(second.text).to.equal(first.text);
      expect(second.replayed).to.equal(true);
      expect(second.headers.get('content-type')).to.equal(first.headers.get('content-type'));
      expect(seen.runs).to.equal(1);
    });
  }

  const passing: [string, () => Error, number][] = [
    ['an unknown outcome', () => outcomeUnknown('outcome_unknown', 'Again.', { retryAfterSeconds: 2 }), 503],
    [
      'a conflict that passes',
      () => conflict('operation_in_progress', 'Again.', { retryAfterSeconds: 1 }),
      409,
    ],
    ['too many requests', () => rateLimited('rate_limited', 'Again.', { retryAfterSeconds: 1 }), 429],
    ['a use case that finds the input wrong', () => invalidRequest('return_url_not_allowed', 'No.'), 400],
    ['a mistake of ours', () => new TypeError('a mistake'), 500],
    ['a lost database', () => Object.assign(new Error('gone'), { name: 'MongoNetworkError' }), 503],
    ['a key that was taken over', () => Object.assign(new Error('late'), { name: 'LostClaim' }), 409],
  ];
  for (const [name, failure, status] of passing) {
    it(`I10 keeps nothing of ${name} (${status}): the same key goes on`, async () => {
      const { seen, useCases } = counting([failure, () => null]);
      const { api, keys } = await start({ useCases });
      expect((await api.confirm(body, { idempotencyKey: 'k' })).status).to.equal(status);
      expect(keys.stored).to.deep.equal([]);
      const again = await api.confirm(body, { idempotencyKey: 'k' });
      expect([again.status, again.replayed]).to.deep.equal([200, false]);
      expect(seen.runs).to.equal(2);
    });
  }

  it('I13 one that lost its key to another request does not answer for it', async () => {
    const confirmPayment = async () => {
      web.keys.takeOver();
      return examplePayment({ _id: paymentId, status: 'succeeded' });
    };
    const { api, keys } = await start({ useCases: { confirmPayment } });
    const answer = await api.confirm(body, { idempotencyKey: 'k' });
    expect(answer.status).to.equal(409);
    expect(answer.headers.get('retry-after')).to.equal('1');
    expect(keys.stored).to.deep.equal([]);
  });

  it('holds the lease while the use case runs, and no longer', async () => {
    const held: number[] = [];
    const confirmPayment = async () => {
      held.push(web.keys.held.size);
      return examplePayment({ _id: paymentId });
    };
    const { api, keys } = await start({ useCases: { confirmPayment } });
    await api.confirm(body);
    expect(held).to.deep.equal([1]);
    expect(keys.held.size).to.equal(0);
  });

  it('stores no client secret, and replays the answer with the one of the payment', async () => {
    const asked: string[] = [];
    const clientSecretOf = async (id: string) => {
      asked.push(id);
      return SECRET;
    };
    const { api, keys } = await start({ app: { clientSecretOf } });
    const input = { amount: 100, currency: 'usd', metadata: { note: '{{clientSecret}}' } };
    const first = await api.createIntent(input, { idempotencyKey: 'k' });
    const second = await api.createIntent(input, { idempotencyKey: 'k' });
    expect(first.body.clientSecret).to.equal(SECRET);
    expect(second.text).to.equal(first.text);
    expect(second.replayed).to.equal(true);
    expect(asked).to.deep.equal([first.body.id]);
    expect(JSON.stringify(keys.stored)).to.not.include(SECRET);
  });

  it('says nothing of a client secret that is gone, and goes on once it is back', async () => {
    let secret: string | null = null;
    const { api } = await start({ app: { clientSecretOf: async () => secret } });
    const input = { amount: 100, currency: 'usd' };
    await api.createIntent(input, { idempotencyKey: 'k' });
    expect((await api.createIntent(input, { idempotencyKey: 'k' })).status).to.equal(500);
    secret = SECRET;
    expect((await api.createIntent(input, { idempotencyKey: 'k' })).body.clientSecret).to.equal(SECRET);
  });

  it('tells the first failure, also when the key cannot be given back', async () => {
    const { useCases } = counting([
      () => outcomeUnknown('outcome_unknown', 'Again.', { retryAfterSeconds: 2 }),
    ]);
    const keys = new MemoryIdempotencyKeys();
    keys.release = () => Promise.reject(new Error('the database is gone'));
    const { api, logs } = await start({ useCases, app: { idempotencyKeys: keys } });
    const answer = await api.confirm(body);
    expect(answer.problem.code).to.equal('outcome_unknown');
    expect(logs.some((line) => line.includes('could not be given back'))).to.equal(true);
  });

  it('does not answer 200 for what it could not store', async () => {
    const keys = new MemoryIdempotencyKeys();
    keys.finish = () => Promise.reject(Object.assign(new Error('gone'), { name: 'MongoNetworkError' }));
    const { api } = await start({ app: { idempotencyKeys: keys } });
    const answer = await api.confirm(body);
    expect([answer.status, answer.problem.code]).to.deep.equal([503, 'database_unavailable']);
  });

  it('a client that hangs up aborts nothing, and finds the answer when it asks again', async () => {
    const began = gate();
    const going = gate();
    let runs = 0;
    const confirmPayment = async () => {
      runs += 1;
      began.open();
      await going.opened;
      return examplePayment({ _id: paymentId, status: 'succeeded' });
    };
    const { port, keys } = await start({ useCases: { confirmPayment } });
    const req = httpRequest({
      port,
      method: 'POST',
      path: '/api/payments/confirm',
      headers: {
        authorization: 'Bearer gk_writer',
        'content-type': 'application/json',
        'idempotency-key': 'k',
      },
    });
    const gone = new Promise((resolve) => req.once('close', resolve));
    req.on('error', () => undefined);
    req.end(JSON.stringify(body));
    await began.opened;
    req.destroy();
    await gone;
    going.open();
    // A stop waits for what goes on without its client.
    expect(await web.stop()).to.equal(true);
    expect(keys.stored).to.have.length(1);
    expect(keys.stored[0]?.status).to.equal(200);
    const { api } = await start({ app: { idempotencyKeys: keys } });
    const again = await api.confirm(body, { idempotencyKey: 'k' });
    expect([again.status, again.replayed]).to.deep.equal([200, true]);
    expect(runs).to.equal(1);
  });
});
