import { connect } from 'node:net';
import { expect } from 'chai';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, raw, sdk } from '../test-support.js';

describe('sandbox: malformed requests', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;

  before(async () => {
    sandbox = await checkedSandbox();
  });
  after(() => sandbox.stop());
  afterEach(() => expect(sandbox.control.violations()).to.deep.equal([]));

  const post = (path: string, body: string) => raw(sandbox, path, { method: 'POST', body });

  it('a body that is too large gets 413, and the connection serves on', async () => {
    const { status, error } = await post('/v1/customers', `name=${'a'.repeat(3_000_000)}`);
    expect(status).to.equal(413);
    expect(error?.message).to.contain('1000000 bytes');
    expect((await post('/v1/customers', 'name=a')).status).to.equal(200);
  });

  it('a key that is called __proto__ is a key like any other', async () => {
    const created = await post('/v1/customers', 'metadata[__proto__]=1&metadata[constructor]=2');
    const { id, metadata } = JSON.parse(created.body) as { id: string; metadata: object };
    expect(JSON.stringify(metadata)).to.equal('{"__proto__":"1","constructor":"2"}');
    const updated = await post(`/v1/customers/${id}`, 'metadata[b]=3&metadata[constructor]=');
    expect(JSON.stringify(JSON.parse(updated.body).metadata)).to.equal('{"__proto__":"1","b":"3"}');
    expect(({} as { b?: string }).b).to.equal(undefined);
  });

  const count = (n: number, pair: (i: number) => string) => Array.from({ length: n }, (_, i) => pair(i));

  for (const [what, path, body] of [
    ['ten thousand parameters', 'customers', count(10_000, (i) => `x${i}=1`).join('&')],
    ['ten thousand keys', 'customers', count(10_000, (i) => `metadata[x${i}]=1`).join('&')],
    ['deep nesting', 'customers', `metadata${'[b]'.repeat(100_000)}=1`],
    ['deep lists', 'customers', `expand${'[]'.repeat(100_000)}=1`],
    ['an enormous index', 'checkout/sessions', 'mode=payment&line_items[99999999999999999999][price]=1'],
    ['a prototype', 'customers', '__proto__[x]=1'],
    ['a prototype inside', 'customers', 'address[__proto__][x]=1'],
    ['a constructor', 'customers', 'constructor[prototype][x]=1'],
    ['a currency called constructor', 'payment_intents', 'amount=100&currency=constructor'],
    [
      'a card called constructor',
      'payment_intents',
      'amount=100&currency=usd&payment_method=pm_card_constructor',
    ],
    ['a negative amount', 'payment_intents', 'amount=-100&currency=usd'],
    ['an exponent', 'payment_intents', 'amount=1e3&currency=usd'],
    ['a NUL in an id', 'payment_intents', 'amount=100&currency=usd&customer=%00'],
    ['broken percent signs', 'customers', 'email=%E0%A4%A%zz'],
    ['a list where an object is wanted', 'customers', 'address[]=1'],
    ['an object where a text is wanted', 'customers', 'name[x]=1'],
    ['no name', 'customers', '=1'],
  ] as const)
    it(`${what} is a 400 that says why`, async () => {
      const { status, error } = await post(`/v1/${path}`, body);
      expect(status).to.equal(400);
      expect(error?.type).to.equal('invalid_request_error');
      expect(error?.message).to.be.a('string').and.not.equal('');
    });

  for (const query of [
    'limit=1e9',
    'limit=-1',
    'limit=999999',
    'created[gte]=1e99',
    'starting_after[]=x',
    'limit=%zz',
  ])
    it(`a list with ${query} is a 400`, async () => {
      expect((await raw(sandbox, `/v1/customers?${query}`)).status).to.equal(400);
    });

  for (const [method, path] of [
    ['HEAD', '/v1/customers'],
    ['PUT', '/v1/customers'],
    ['DELETE', '/v1/customers'],
    ['PATCH', '/v1/customers/x'],
    ['DELETE', '/v1/payment_intents/x/confirm'],
    ['GET', '/v1/customers/%zz'],
    ['GET', '/v1/customers/%00'],
    ['GET', '/v1/__proto__'],
    ['GET', '/c/pay/%zz'],
  ] as const)
    it(`${method} ${path} is a 404`, async () => {
      expect((await raw(sandbox, path, { method })).status).to.equal(404);
    });

  it('a path of the control plane that cannot be decoded is a 400', async () => {
    expect((await raw(sandbox, '/_sandbox/objects/%zz')).status).to.equal(400);
  });

  it('time does not go beyond the year 9999', async () => {
    expect(() => sandbox.control.clock.advance(1e300)).to.throw('beyond the year 9999');
    expect(() => sandbox.control.clock.advance(Number.NaN)).to.throw('0 or more');
    expect((await sdk(sandbox).customers.create()).created).to.be.lessThan(Date.now() / 1000 + 60);
  });

  it('requests that arrive in one piece are all answered, in their order', async () => {
    const head = `Host: a\r\nAuthorization: Bearer ${sandbox.secretKey}\r\n`;
    const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n';
    const answer = await exchange(
      sandbox.port,
      [
        `GET /v1/customers/none HTTP/1.1\r\n${head}\r\n`,
        `POST /v1/customers HTTP/1.1\r\n${head}${form}\r\nname=a`,
        `GET /v1/customers?limit=1 HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
      ].join(''),
    );
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).to.deep.equal([
      '404',
      '200',
      '200',
    ]);
  });
});

/** Sends bytes, and reads until the sandbox hangs up. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.on('error', reject);
  });
}
