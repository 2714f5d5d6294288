import { expect } from 'chai';
import type { Problem } from '../../src/schemas/shared/problem.js';
import { newId } from '../../src/utils/ids.js';
import { type DocumentCall, documentCalls, type KnownValues } from '../support/document-calls.js';
import { startWebLayer, type WebLayer } from '../support/web-layer.js';

const CARD = '4242424242424242';
const BODY_LIMIT = 100_000;
const KNOWN: KnownValues = {
  ...{ userId: 'user_1', ord: newId('ord'), pay: newId('pay') },
  ...{ ref: newId('ref'), cus: newId('cus'), key: newId('key') },
};

/** The webhooks verify bytes before they read them (tests/webhooks/intake.test.ts). */
const WEBHOOKS = ['receiveStripeWebhook', 'receiveConnectWebhook'];
const calls = documentCalls().filter(({ operationId }) => !WEBHOOKS.includes(operationId));
const withBody = calls.filter(({ fields }) => fields !== null);
const nameOf = ({ method, path }: DocumentCall) => `${method} ${path}`;

/** What a caller may not set anywhere: names of our rows, of Stripe's, of operators and of JavaScript itself. */
const FOREIGN = [
  ...['_id', 'version', 'audit', 'livemode', 'stripeAccountId', 'createdAt', 'hash', 'total', 'paidAt'],
  ...['application_fee_amount', 'transfer_data', 'on_behalf_of', 'confirm', 'client_secret'],
  ...['$set', '$where', '$ne', '__proto__', 'constructor', 'prototype', 'toString'],
];

/** Every operation of openapi.json, with what nobody honest sends: a new route is in it by being in the document. */
describe('hostile input', () => {
  let web: WebLayer;
  before(async () => {
    web = await startWebLayer();
  });
  after(() => web.stop());
  afterEach(() => {
    expect(web.calls.splice(0), 'use cases that were reached').to.deep.equal([]);
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    expect(web.logs.join('')).to.not.match(/4242[ -]?4242/);
  });

  const keyOf = ({ scope }: DocumentCall) => (scope === 'ops' ? 'gk_ops' : 'gk_writer');

  async function send(call: DocumentCall, { query = '', text }: { query?: string; text?: string } = {}) {
    const { path, body } = call.request(KNOWN);
    const json = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${web.baseUrl}${path}${query}`, {
      method: call.method,
      headers: {
        authorization: `Bearer ${keyOf(call)}`,
        'idempotency-key': 'hostile',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: json }),
    });
    expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
    const problem = (await response.json()) as Problem;
    expect(JSON.stringify(problem)).to.not.match(/4242[ -]?4242/);
    return { status: response.status, problem };
  }

  /** A valid body in which one field is something else; as text, because JavaScript keeps `__proto__` to itself. */
  function bodyWith(call: DocumentCall, name: string, value: unknown): string {
    const { body } = call.request(KNOWN);
    const others = Object.entries(body as object).filter(([each]) => each !== name);
    const members = [...others, [name, value] as const];
    return `{${members.map(([each, member]) => `${JSON.stringify(each)}:${JSON.stringify(member)}`).join(',')}}`;
  }

  for (const call of calls) {
    it(`X1 ${nameOf(call)} takes no operators and no unknown names in its query`, async () => {
      const names = [...call.query, 'userId'];
      for (const name of names) {
        for (const query of [
          `?${name}[$ne]=`,
          `?${name}[]=a`,
          `?${name}[$gt]=&${name}[$lt]=`,
          `?$where=${name}`,
        ]) {
          const { status, problem } = await send(call, { query });
          expect([query, status, problem.code]).to.deep.equal([query, 400, 'unknown_field']);
        }
      }
      expect((await send(call, { query: '?__proto__[polluted]=1&constructor=1' })).status).to.equal(400);
    });

    it(`X2 ${nameOf(call)} takes no parameter twice`, async () => {
      for (const name of [...call.query, 'userId']) {
        const { status } = await send(call, { query: `?${name}=true&${name}=true` });
        expect([name, status]).to.deep.equal([name, 400]);
      }
    });

    it(`X6 ${nameOf(call)} takes no card number in its query`, async () => {
      for (const query of [`?q=${CARD}`, '?q=4242+4242+4242+4242', '?q=4242-4242-4242-4242', `?${CARD}=1`]) {
        const { status, problem } = await send(call, { query });
        expect([query, status, problem.code]).to.deep.equal([query, 400, 'card_number_refused']);
      }
    });
  }

  for (const call of withBody) {
    const fields = call.fields ?? [];

    it(`X1 ${nameOf(call)} takes no operator and no list for a field`, async () => {
      for (const name of fields) {
        for (const value of [{ $ne: null }, { $gt: [] }, ['$ne', { a: 1 }], [[]]]) {
          const { status, problem } = await send(call, { text: bodyWith(call, name, value) });
          const about = `${name}: ${JSON.stringify(value)}`;
          expect([about, status]).to.deep.equal([about, 400]);
          const paths = problem.errors?.map(({ path }) => path.split('.')[0]);
          expect(paths, about).to.include(name);
        }
      }
    });

    it(`X5 ${nameOf(call)} takes no field that is not its own`, async () => {
      for (const name of FOREIGN.filter((each) => !fields.includes(each))) {
        const { status, problem } = await send(call, { text: bodyWith(call, name, { polluted: true }) });
        expect([name, status]).to.deep.equal([name, 400]);
        expect(problem.errors?.map(({ path, code }) => `${path} ${code}`)).to.deep.equal([
          `${name} unknown_field`,
        ]);
      }
    });

    it(`X6 ${nameOf(call)} takes no card number in any field, of whatever form`, async () => {
      for (const name of [...fields, 'card', CARD]) {
        for (const value of [
          CARD,
          Number(CARD),
          '4242 4242 4242 4242',
          '4242-4242-4242-4242',
          [{ a: `no. ${CARD}` }],
        ]) {
          const { status, problem } = await send(call, { text: bodyWith(call, name, value) });
          expect([name, status, problem.code]).to.deep.equal([name, 400, 'card_number_refused']);
        }
      }
    });

    it(`${nameOf(call)} says what is wrong with a body that it cannot read`, async () => {
      const deep = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
      const cases: [string, number, string][] = [
        ['{"a":', 400, 'invalid_json'],
        [`{"a":"${CARD}`, 400, 'invalid_json'],
        ['{"a":NaN}', 400, 'invalid_json'],
        ['"text"', 400, 'invalid_json'],
        ['null', 400, 'invalid_json'],
        ['[]', 400, 'validation_failed'],
        [deep, 400, 'unknown_field'],
        [`{"a":"${'x'.repeat(BODY_LIMIT)}"}`, 413, 'body_too_large'],
      ];
      for (const [text, status, code] of cases) {
        const answer = await send(call, { text });
        const about = text.slice(0, 20);
        expect([about, answer.status, answer.problem.code]).to.deep.equal([about, status, code]);
        expect(answer.problem.detail).to.match(/\w.*\.$/);
      }
    });
  }
});
