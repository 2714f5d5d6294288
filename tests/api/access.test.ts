import { expect } from 'chai';
import { scopes } from '../../src/domain/rows/api-key.js';
import { newApiKey, saveApiKey } from '../../src/services/access/api-keys.js';
import { ApiClient } from '../support/api-client.js';
import { type DocumentCall, documentCalls, type KnownValues } from '../support/document-calls.js';
import { newOrder } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';

const OWNER = 'user_owner';
const OTHER = 'user_other';
const SECRET_NAME = 'Confidential lamp';

const calls = documentCalls();
const closed = calls.filter(({ security }) => security.length > 0);
const forUsers = closed.filter(({ security }) => security.includes('userToken'));
const forServers = closed.filter(({ security }) => !security.includes('userToken'));
const nameOf = ({ method, path }: DocumentCall) => `${method} ${path}`;

/** Operations for users that name nobody's object. Each is shown elsewhere to give its caller's own alone. */
const NAMES_NOBODY: readonly string[] = [];

describe('who may do what: every operation of openapi.json', () => {
  let stack: Stack;
  let known: KnownValues;
  let otherToken: string;

  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: jwtEnvironment });
    known = await belongings(stack.api);
    otherToken = await userToken(OTHER);
  });
  after(() => stack.stop());

  const client = (credential: string | null) => new ApiClient({ baseUrl: stack.baseUrl, apiKey: credential });

  /** Checked by the client against the document: a status that is not promised throws. */
  async function send(call: DocumentCall, credential: string | null, values: KnownValues = known) {
    const { path, body } = call.request(values);
    const api = client(credential);
    return call.method === 'GET' ? api.get(path) : api.send(call.method, path, body);
  }

  const rows = async () => {
    const names = ['orders', 'payments', 'refunds', 'customers', 'operations', 'audit_records', 'api_keys'];
    return Promise.all(names.map((name) => stack.rows(name).countDocuments({}, { hint: '_id_' })));
  };

  it('has operations of each kind to walk over', () => {
    expect(forUsers.map(({ operationId }) => operationId)).to.include.members(['getOrder', 'confirmPayment']);
    expect(forServers.map(({ operationId }) => operationId)).to.include('refundPayment');
    expect(closed.every(({ scope }) => scope !== null)).to.equal(true);
    const open = calls.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
    const webhooks = ['receiveStripeWebhook', 'receiveConnectWebhook'];
    expect(open).to.have.members(['startCheckout', 'readCheckout', 'live', 'ready', ...webhooks]);
  });

  for (const call of closed) {
    it(`${nameOf(call)} is 401 for a stranger`, async () => {
      const before = await rows();
      const expired = await userToken(OWNER, { exp: 1_700_000_000 });
      const [header = '', payload = ''] = (await userToken(OWNER)).split('.');
      const strangers = [
        null,
        'gk_test_00000000000000000000000',
        'nonsense',
        expired,
        `${header}.${payload}.`,
      ];
      for (const credential of strangers) {
        const answer = await send(call, credential);
        expect(answer.status, String(credential)).to.equal(401);
      }
      expect(await rows()).to.deep.equal(before);
    });

    it(`${nameOf(call)} is 403 for a key with every scope but its own`, async () => {
      const key = await keyWith(scopes.filter((scope) => scope !== call.scope));
      const before = await rows();
      const answer = await send(call, key);
      expect(answer.status).to.equal(403);
      expect(answer.problem.code).to.equal('insufficient_scope');
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const call of forServers) {
    it(`${nameOf(call)} is 403 for a user, of whatever`, async () => {
      const before = await rows();
      for (const user of [OWNER, OTHER]) {
        const answer = await send(call, await userToken(user, { scope: 'ops', scopes: ['ops'] }));
        expect(answer.status).to.equal(403);
        expect(answer.problem.code).to.be.oneOf(['api_key_required', 'insufficient_scope']);
      }
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const call of forUsers.filter(({ operationId }) => !NAMES_NOBODY.includes(operationId))) {
    it(`X4 ${nameOf(call)} is 404 or 403 for another user, who learns nothing and changes nothing`, async () => {
      const before = await rows();
      stack.sandbox.control.clearRequests();
      const answer = await send(call, otherToken);
      expect(answer.status).to.be.oneOf([403, 404]);
      expect(answer.problem.code).to.match(/_not_found$|^user_mismatch$/);
      expect(answer.text).to.not.include(OWNER).and.not.include(SECRET_NAME);
      expect(await rows()).to.deep.equal(before);
      expect(stack.sandbox.control.requests()).to.deep.equal([]);
    });
  }

  for (const call of forUsers.filter(({ path }) => path.includes('{'))) {
    it(`X4 ${nameOf(call)} tells what is another's from what is not there by nothing`, async () => {
      const gone = Object.fromEntries(
        Object.entries(known).map(([name, id]) => [name, name === 'userId' ? id : `${id.slice(0, -4)}ZZZZ`]),
      ) as KnownValues;
      const [foreign, missing] = [await send(call, otherToken), await send(call, otherToken, gone)];
      const comparable = ({ requestId: _, ...rest }: Record<string, unknown>) => rest;
      expect(foreign.status).to.equal(missing.status);
      expect(comparable(foreign.problem)).to.deep.equal(comparable(missing.problem));
    });
  }

  it('gives users what is theirs: order, payment, confirmation, status, customer', async () => {
    const mine = client(await userToken(OWNER));
    const order = await newOrder(stack.api, { userId: OWNER });
    expect((await mine.getOrder(order.id)).body.id).to.equal(order.id);
    const customer = await mine.createCustomer({ userId: OWNER, email: 'ada@example.com' });
    const intent = await mine.createIntent({ orderId: order.id, customerId: customer.body.id });
    expect(intent.status).to.equal(201);
    const { id } = intent.body;
    const confirmed = await mine.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    expect((await mine.getPayment(id)).body.userId).to.equal(OWNER);
    expect((await mine.getPaymentStatus(id, { refresh: true })).body.status).to.equal('succeeded');
    const audited = await stack.rows('audit_records').findOne({ stream: id, action: 'payment.create' });
    expect(audited?.actor).to.deep.equal({ type: 'user', id: OWNER });
  });

  it('lets no user set a price, of an order or of a payment', async () => {
    const mine = client(await userToken(OWNER));
    const before = await rows();
    const items = [{ name: 'Lamp', unitAmount: 1, quantity: 1 }];
    const order = await mine.createOrder({ userId: OWNER, currency: 'usd', items });
    const payment = await mine.createIntent({ amount: 100, currency: 'usd', userId: OWNER });
    for (const answer of [order, payment]) {
      expect(answer.status).to.equal(403);
      expect(answer.problem.code).to.equal('pricing_not_allowed');
    }
    expect(await rows()).to.deep.equal(before);
  });

  it('gives a payment that is nobody’s to no user', async () => {
    const { body } = await stack.api.createIntent({ amount: 500, currency: 'usd' });
    expect((await client(await userToken(OWNER)).getPayment(body.id)).status).to.equal(404);
    expect((await stack.api.getPayment(body.id)).status).to.equal(200);
  });

  it('keeps the Idempotency-Keys of a user and of a key of the same name apart', async () => {
    const audited = await stack.rows('audit_records').findOne({ stream: String(known.ord) });
    const keyId = String(audited?.actor.id);
    expect(keyId).to.match(/^key_/);
    const namesake = client(await userToken(keyId));
    const order = await newOrder(stack.api, { userId: keyId });
    const idempotencyKey = 'the-same-key';
    const byKey = await stack.api.createIntent({ orderId: order.id }, { idempotencyKey });
    const byUser = await namesake.createIntent({ orderId: order.id }, { idempotencyKey });
    expect([byKey.replayed, byUser.replayed]).to.deep.equal([false, false]);
    expect(byUser.body.id).to.equal(byKey.body.id);
  });

  /** One of everything, of one user. */
  async function belongings(api: ApiClient): Promise<KnownValues> {
    const items = [{ name: SECRET_NAME, unitAmount: 2500, quantity: 1 }];
    const order = await api.createOrder({ userId: OWNER, currency: 'usd', items });
    const customer = await api.createCustomer({ userId: OWNER, email: 'ada@example.com' });
    const intent = await api.createIntent({ orderId: order.body.id, customerId: customer.body.id });
    await api.confirm({ paymentId: intent.body.id, paymentMethodId: 'pm_card_visa' });
    const refund = await api.refund({ paymentId: intent.body.id, amount: 500 });
    return {
      userId: OWNER,
      ord: order.body.id,
      cus: customer.body.id,
      pay: intent.body.id,
      ref: refund.body.id,
    };
  }

  async function keyWith(given: (typeof scopes)[number][]): Promise<string> {
    const key = newApiKey('test');
    await saveApiKey(stack.service.container, { key, name: 'walk', scopes: given });
    return key;
  }
});
