import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import fc from 'fast-check';
import Stripe from 'stripe';
import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import { createLogger } from '../../observability/logger.js';
import { registeredEvents } from '../../services/stripe/families/registry.js';
import { IntakeFull } from '../../services/stripe/webhooks/group-inserts.js';
import { ingestEvent, type ReceivedEvent } from '../../services/stripe/webhooks/ingest-event.js';
import { receiveWebhook, type WebhookOptions } from './receive-webhook.js';

const SECRET = 'whsec_current';
const NOW_SECONDS = 1_736_942_400;

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The header `Stripe-Signature`; null sends none. Signed correctly when absent. */
  signature?: string | null;
}

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Record<string, unknown>;
}

describe('receiveWebhook', () => {
  let servers: Server[] = [];
  let ingested: ReceivedEvent[] = [];
  let logs: string[] = [];

  beforeEach(() => {
    servers = [];
    ingested = [];
    logs = [];
  });

  afterEach(() => {
    for (const server of servers) server.closeAllConnections();
    return Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  function handler(overrides: Partial<WebhookOptions> = {}) {
    return receiveWebhook({
      secrets: [SECRET],
      bodyLimitBytes: 1_000_000,
      toleranceSeconds: 300,
      now: () => new Date(NOW_SECONDS * 1000),
      ingest: async (received) => void ingested.push(received),
      logger: createLogger({ level: 'trace' }, { write: (line: string) => logs.push(line) }),
      ...overrides,
    });
  }

  async function listen(listener: Parameters<typeof createServer>[1]): Promise<number> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function start(overrides: Partial<WebhookOptions> = {}): Promise<(sent?: Sent) => Promise<Got>> {
    const port = await listen(handler(overrides));
    return (sent) => send(port, sent);
  }

  it('W1 has a signed event stored, and answers 200', async () => {
    const post = await start();
    const body = event();
    const got = await post({ body });
    expect(got.status).to.equal(200);
    expect(got.json).to.deep.equal({ received: true });
    expect(ingested).to.deep.equal([{ event: JSON.parse(body), text: body, bytes: Buffer.byteLength(body) }]);
    expect(logs).to.deep.equal([]);
  });

  it('answers only after the event was stored', async () => {
    let stored: (value: unknown) => void = () => undefined;
    let asked: () => void = () => undefined;
    const began = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const post = await start({
      ingest: () => {
        asked();
        return new Promise((resolve) => {
          stored = resolve;
        });
      },
    });
    let answered = false;
    const answer = post().finally(() => {
      answered = true;
    });
    await began;
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).to.equal(false);
    stored(undefined);
    expect((await answer).status).to.equal(200);
  });

  it('W13 answers 503 with Retry-After when the event could not be stored', async () => {
    const post = await start({ ingest: () => Promise.reject(new Error('no primary')) });
    const got = await post();
    expect(got.status).to.equal(503);
    expect(got.headers['retry-after']).to.match(/^\d+$/);
    expect(got.json.code).to.equal('event_not_stored');
    expect(logs).to.have.length(1);
  });

  it('answers 503 with Retry-After, and one line without a stack, when too many events wait', async () => {
    const post = await start({ ingest: () => Promise.reject(new IntakeFull('too many')) });
    const got = await post();
    expect(got.status).to.equal(503);
    expect(got.headers['retry-after']).to.match(/^\d+$/);
    expect(logs).to.have.length(1);
    expect(logs[0]).to.include('intake_full').and.to.not.include('stack');
  });

  it('answers 503 when storing throws at once', async () => {
    const post = await start({
      ingest: () => {
        throw new TypeError('a mistake');
      },
    });
    expect((await post()).status).to.equal(503);
  });

  const body = event();
  const signature = sign(body);
  const refused: [string, Sent][] = [
    ['W2 a wrong secret', { signature: sign(body, { secret: 'whsec_other' }) }],
    ['W3 301 seconds of age', { signature: sign(body, { timestamp: NOW_SECONDS - 301 }) }],
    ['W3 301 seconds ahead', { signature: sign(body, { timestamp: NOW_SECONDS + 301 }) }],
    ['W4 an empty v1', { signature: `t=${NOW_SECONDS},v1=` }],
    ['W5 a v1 that is not ASCII', { signature: `t=${NOW_SECONDS},v1=${'\u00e9'.repeat(64)}` }],
    ['W8 signed bad JSON', { body: '{"id":' }],
    ['W8 a signed body that is no object', { body: 'null' }],
    ['W8 a signed list', { body: '[]' }],
    ['W8 an event without an id', { body: '{"object":"event","type":"charge.updated"}' }],
    ['W9 only v0', { signature: signature.replace('v1=', 'v0=') }],
    ['no signature', { signature: null }],
    ['an empty body', { body: '' }],
    ['signed bytes that are not UTF-8', { body: Buffer.concat([Buffer.from(event()), Buffer.from([0xff])]) }],
    ['a byte order mark before the signed JSON', { body: `\ufeff${event()}` }],
  ];
  for (const [name, sent] of refused) {
    it(`${name} is 400, and nothing is stored`, async () => {
      const post = await start();
      const got = await post({ body, ...sent });
      expect(got.status).to.equal(400);
      expect(got.headers['content-type']).to.match(/^application\/problem\+json/);
      expect(ingested).to.deep.equal([]);
    });
  }

  it('W3 takes 299 seconds of age, and ahead', async () => {
    const post = await start();
    for (const timestamp of [NOW_SECONDS - 299, NOW_SECONDS + 299]) {
      expect((await post({ body, signature: sign(body, { timestamp }) })).status).to.equal(200);
    }
  });

  it('W6 takes the second of two v1', async () => {
    const post = await start();
    const header = signature.replace('v1=', `v1=${'0'.repeat(64)},v1=`);
    expect((await post({ body, signature: header })).status).to.equal(200);
  });

  it('W7 takes an old secret that is still in the list', async () => {
    const post = await start({ secrets: ['whsec_new', SECRET] });
    expect((await post()).status).to.equal(200);
  });

  it('W10 takes a body of 200 kB, in many chunks', async () => {
    const post = await start();
    const large = event({ data: { object: { text: 'x'.repeat(200_000) } } });
    expect((await post({ body: large })).status).to.equal(200);
    expect(ingested[0]?.bytes).to.equal(large.length);
  });

  it('W11 verifies the bytes, whatever spaces and escapes they hold', async () => {
    const post = await start();
    const odd = ` {\n "id" :"evt_\\u0031",\t"object": "event",\r\n "type":"charge.updated","é":"\\u00e9é/\\/"} \n`;
    expect((await post({ body: odd })).status).to.equal(200);
    expect(ingested[0]?.event).to.deep.include({ id: 'evt_1', é: 'éé//' });
  });

  it('W16 needs neither cookie nor Authorization, and ignores those that come', async () => {
    const post = await start();
    expect((await post()).status).to.equal(200);
    const headers = { authorization: 'Bearer nonsense', cookie: 'csrf=1' };
    expect((await post({ headers })).status).to.equal(200);
  });

  for (const secrets of [[], [''], ['sk_test_1']]) {
    it(`W17 cannot be made with the secrets ${JSON.stringify(secrets)}`, () => {
      expect(() => handler({ secrets })).to.throw();
    });
  }

  it('W18 passes a v2 event on as what it says it is', async () => {
    const post = await start();
    const thin = '{"id":"evt_2","object":"v2.core.event","type":"v2.core.account.updated"}';
    expect((await post({ body: thin })).status).to.equal(200);
    expect(ingested[0]?.event.object).to.equal('v2.core.event');
  });

  it('W22 tells neither the answer nor the log what was signed, by what, or why it failed', async () => {
    const post = await start();
    const canary = event({ data: { object: { note: 'canary-4242' } } });
    const tries: Sent[] = [
      { body: canary, signature: sign(canary, { secret: 'whsec_other' }) },
      { body: canary, signature: sign(canary, { timestamp: NOW_SECONDS - 400 }) },
      { body: canary, signature: `t=${NOW_SECONDS},v1=` },
      { body: canary, signature: null },
    ];
    const answers = new Set<string>();
    for (const sent of tries) {
      const got = await post(sent);
      const { requestId, ...rest } = got.json;
      expect(requestId).to.be.a('string');
      answers.add(JSON.stringify(rest));
    }
    const invalid = await post({ body: '{"canary-4242"' });
    expect([...answers]).to.have.length(1);
    for (const text of [...answers, invalid.text, ...logs]) {
      expect(text).to.not.match(/canary|whsec|v1=/);
      expect(text).to.not.include(signature.split('v1=')[1]);
    }
    expect(logs).to.have.length(tries.length + 1);
  });

  it('takes a body of 1 MB', async () => {
    const post = await start({ bodyLimitBytes: 2_000_000 });
    const large = event({ data: { object: { text: 'x'.repeat(1_000_000) } } });
    expect((await post({ body: large })).status).to.equal(200);
    expect(ingested[0]?.text.length).to.equal(large.length);
  });

  it('answers 400 to any header and body that nobody signed, and tells nothing of them', async () => {
    const post = await start();
    const item = fc.oneof(
      fc.constantFrom(`t=${NOW_SECONDS}`, 't=', 't=-1', 'v1=', 'v0=abc', `v1=${'0'.repeat(64)}`, '=', ',,'),
      fc.stringMatching(/^[\x21-\x7e\x80-\xff]{1,70}$/),
    );
    const header = fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join(','));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw)),
      fc
        .constantFrom(body, `${body} `, '{"__proto__":{"id":1}}', '['.repeat(5000))
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(header, bytes, async (sent, raw) => {
        const got = await post({ body: raw, signature: sent });
        expect(got.status).to.equal(400);
        expect(got.json.detail).to.equal('The signature is not valid.');
      }),
      { numRuns: 100 },
    );
    expect(ingested).to.deep.equal([]);
    expect(logs.join('')).to.not.match(/payment_intent|v1=|__proto__|"stack"/);
  });

  it('answers 200 or 400 to whatever is signed, and makes a row of every event', async () => {
    const rows: WebhookEventRow[] = [];
    const insertDurably = async (group: readonly WebhookEventRow[]) => {
      rows.push(...group);
      return group.map(() => 'stored' as const);
    };
    const ingest = ingestEvent({
      repositories: { webhookEvents: { insertDurably } } as never,
      platform: { stripeAccountId: 'acct_1', livemode: false },
      clock: { now: () => new Date(NOW_SECONDS * 1000) },
      wake: () => undefined,
    });
    const post = await start({ ingest });
    const odd = fc.oneof(
      fc.constantFrom(null, 0, 1e300, true, '', 'x', [], {}, { id: null }, { id: 7 }, { id: 'x_1' }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const object = fc.oneof(
      odd,
      fc.record({ id: fc.constantFrom('pi_1', 7, null), payment_intent: odd, client_secret: odd }),
    );
    const members = fc.record({
      id: fc.oneof({ weight: 4, arbitrary: fc.constant('evt_1') }, odd),
      object: fc.constantFrom('event', 'event', 'v2.core.event', 'list'),
      type: fc.constantFrom(...registeredEvents, 'unknown.type'),
      data: fc.oneof(odd, fc.record({ object })),
      ...{ created: odd, livemode: odd, account: odd, api_version: odd, request: odd },
    });
    const failures = new Set<number>();
    await fc.assert(
      fc.asyncProperty(members, async (content) => {
        const { status } = await post({ body: JSON.stringify(content) });
        failures.add(status);
        const { id } = content;
        expect(status).to.equal(typeof id === 'string' && id !== '' && id.length <= 255 ? 200 : 400);
      }),
      { numRuns: 150 },
    );
    expect([...failures]).to.have.members([200, 400]);
    for (const row of rows) {
      expect(row.laneKey).to.be.a('string');
      expect(Number.isNaN(row.created.getTime())).to.equal(false);
      expect(row.body).to.not.include('client_secret');
    }
  });

  it('refuses other methods with 405 and Allow', async () => {
    const post = await start();
    const got = await post({ method: 'GET', body: '' });
    expect(got.status).to.equal(405);
    expect(got.headers.allow).to.equal('POST');
  });

  it('inflates nothing: a compressed body is 415', async () => {
    const post = await start();
    const zipped = gzipSync(body);
    const got = await post({ body: zipped, signature, headers: { 'content-encoding': 'gzip' } });
    expect(got.status).to.equal(415);
    expect(ingested).to.deep.equal([]);
  });

  it('refuses a body above the limit with 413, whether its length is told or not', async () => {
    const post = await start({ bodyLimitBytes: 100 });
    const large = event({ text: 'x'.repeat(200) });
    expect((await post({ body: large })).status).to.equal(413);
    expect((await post({ body: large, headers: { 'transfer-encoding': 'chunked' } })).status).to.equal(413);
  });

  it('gives up on a body that does not arrive', async () => {
    const port = await listen(handler({ bodyTimeoutMs: 20 }));
    const got = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-length': '100', 'stripe-signature': signature };
      const req = request({ port, method: 'POST', headers }, (res) => resolve(res.statusCode));
      req.on('error', reject);
      req.write('{');
    });
    expect(got).to.equal(408);
  });

  describe('mounted in a host application', () => {
    it('takes the bytes that express.raw read', async () => {
      const app = express();
      app.post('/hook', express.raw({ type: '*/*' }), handler());
      expect((await send(await listen(app))).status).to.equal(200);
    });

    it('takes the bytes that a host kept beside a parsed body', async () => {
      const app = express();
      const keep = (req: object, _res: unknown, bytes: Buffer) => void Object.assign(req, { rawBody: bytes });
      app.use(express.json({ verify: keep }));
      app.post('/hook', handler());
      expect((await send(await listen(app))).status).to.equal(200);
    });

    it('reads the body itself behind a parser that left it alone', async () => {
      const app = express();
      app.use(express.json({ type: 'application/other' }));
      app.post('/hook', handler());
      expect((await send(await listen(app))).status).to.equal(200);
    });

    it('says what to do when only a parsed object is left', async () => {
      const app = express();
      app.use(express.json());
      app.post('/hook', handler());
      const got = await send(await listen(app));
      expect(got.status).to.equal(500);
      expect(got.json.code).to.equal('raw_body_missing');
      expect(got.json.detail).to.include('before express.json()').and.include('req.rawBody');
      expect(ingested).to.deep.equal([]);
    });
  });
});

function event(members: Record<string, unknown> = {}): string {
  return JSON.stringify(
    { id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', ...members },
    null,
    2,
  );
}

function sign(body: string | Buffer, options: { secret?: string; timestamp?: number } = {}): string {
  const { secret = SECRET, timestamp = NOW_SECONDS } = options;
  return Stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp });
}

function send(port: number, sent: Sent = {}): Promise<Got> {
  const { method = 'POST', body = event(), headers = {}, signature = sign(body) } = sent;
  const length =
    headers['transfer-encoding'] === undefined ? { 'content-length': Buffer.byteLength(body) } : {};
  return new Promise((resolve, reject) => {
    const options = {
      port,
      method,
      path: '/hook',
      agent: false as const,
      headers: {
        'content-type': 'application/json',
        ...length,
        ...(signature === null ? {} : { 'stripe-signature': signature }),
        ...headers,
      },
    };
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text, json: JSON.parse(text) });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}
