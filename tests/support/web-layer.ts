import { type AppDependencies, createApp } from '../../src/app.js';
import { unauthenticated } from '../../src/domain/errors.js';
import type { ApiKeyRow, Scope } from '../../src/domain/rows/api-key.js';
import { startHttpServer } from '../../src/http-server.js';
import { bearerAuthentication } from '../../src/middlewares/authenticate.js';
import { createInFlight } from '../../src/middlewares/in-flight.js';
import type { WebhookHandler } from '../../src/middlewares/stripe/receive-webhook.js';
import { createLogger } from '../../src/observability/logger.js';
import type { UseCases } from '../../src/services/use-cases.js';
import { ApiClient } from './api-client.js';
import { MemoryIdempotencyKeys } from './memory-idempotency-keys.js';
import {
  exampleCoupon,
  exampleCustomer,
  exampleInboxRow,
  exampleOrder,
  examplePayment,
  examplePaymentMethod,
  examplePromotionCode,
  exampleRefund,
  exampleSetupIntent,
} from './rows.js';

const KEYS: Readonly<Record<string, ApiKeyRow>> = {
  gk_writer: apiKey('key_writer', ['payments:read', 'payments:write', 'catalogue:read', 'catalogue:write']),
  gk_other: apiKey('key_other', ['payments:read', 'payments:write']),
  gk_reader: apiKey('key_reader', ['payments:read']),
  gk_ops: apiKey('key_ops', ['ops']),
  gk_revoked: { ...apiKey('key_revoked', ['payments:read', 'payments:write']), revokedAt: new Date(0) },
};

export interface WebLayer {
  baseUrl: string;
  port: number;
  /** With the key `gk_writer`. */
  api: ApiClient;
  clientWith(apiKey: string | null): ApiClient;
  keys: MemoryIdempotencyKeys;
  /** What was logged, one JSON text a line. */
  logs: string[];
  /** Names of the use cases that were called, in order. */
  calls: string[];
  stop(graceMs?: number): Promise<boolean>;
}

export interface WebLayerOptions {
  useCases?: Partial<UseCases>;
  app?: Partial<AppDependencies>;
  webhooks?: ReadonlyMap<string, WebhookHandler>;
}

/** The web layer over real sockets, above use cases that live in memory. */
export async function startWebLayer(options: WebLayerOptions = {}): Promise<WebLayer> {
  const keys = new MemoryIdempotencyKeys();
  const logs: string[] = [];
  const calls: string[] = [];
  const inFlight = createInFlight();
  const app = createApp({
    config: { trustProxy: false, corsOrigins: ['https://shop.example.com'], bodyLimitBytes: 100_000 },
    useCases: recorded({ ...memoryUseCases(), ...options.useCases }, calls),
    idempotencyKeys: keys,
    authenticate: bearerAuthentication({
      findApiKey: async (token) => KEYS[token] ?? null,
      verifyUserToken: async (token) => userOfToken(token),
    }),
    ownerOf: async () => 'user_1',
    limits: { apiKey: null, user: null, anonymous: null },
    clientSecretOf: async () => 'pi_1_secret_abc',
    checkout: {
      publishableKey: 'pk_test_1',
      jsUrl: 'https://js.stripe.com/v3/',
      publicUrl: 'https://pay.example.com',
      merchantName: 'Example Shop',
    },
    readiness: async () => ({ ok: true, checks: { mongodb: { ok: true } } }),
    logger: createLogger({ level: 'info' }, { write: (line: string) => logs.push(line) }),
    inFlight,
    ...options.app,
  });
  const server = await startHttpServer({
    app,
    webhooks: options.webhooks ?? new Map(),
    port: 0,
    host: '127.0.0.1',
    requestTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    keepAliveTimeoutMs: 5000,
    inFlight,
  });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const clientWith = (key: string | null) => new ApiClient({ baseUrl, apiKey: key });
  const stop = (graceMs = 1000) => server.stop(graceMs);
  return { baseUrl, port: server.port, api: clientWith('gk_writer'), clientWith, keys, logs, calls, stop };
}

function memoryUseCases(): UseCases {
  const row = apiKey('key_1', ['ops']);
  return {
    createApiKey: async ({ name, scopes }) => ({
      key: 'gk_test_1',
      row: { ...row, name, scopes: [...scopes] },
    }),
    listApiKeys: async () => ({ rows: [row], next: null, now: new Date(0) }),
    rollApiKey: async ({ id }) => ({ key: 'gk_test_2', row: { ...row, replaces: id } }),
    revokeApiKey: async (id) => ({ ...row, _id: id, revokedAt: new Date(0) }),
    listEvents: async () => ({ rows: [exampleInboxRow()], next: null }),
    getEvent: async (id) => exampleInboxRow({ _id: id }),
    readInbox: async () => ({
      ...{ total: 1, pending: 1, ignored: 0, dead: 0, now: new Date(0), oldestDue: null },
      waiting: { count: 0, mostAttempts: 0, nextDueAt: null },
    }),
    listDeadLetters: async () => [],
    replayEvents: async () => ({ replayId: 'rpl_1', setDue: 1, more: false }),
    previewReplay: async () => ({ previews: [], more: false }),
    createCoupon: async () => exampleCoupon(),
    getCoupon: async (id) => exampleCoupon({ _id: id }),
    listCoupons: async () => ({ rows: [exampleCoupon()], next: null }),
    deactivateCoupon: async (id) => exampleCoupon({ _id: id, status: 'inactive' }),
    createPromotionCode: async ({ couponId }) => examplePromotionCode({ couponId }),
    getPromotionCode: async (id) => examplePromotionCode({ _id: id }),
    listPromotionCodes: async () => ({ rows: [examplePromotionCode()], next: null }),
    deactivatePromotionCode: async (id) => examplePromotionCode({ _id: id, status: 'inactive' }),
    createCustomer: async (input) => ({
      customer: exampleCustomer({ userId: input.userId, email: input.email, name: input.name ?? null }),
      created: true,
    }),
    getCustomer: async (id) => exampleCustomer({ _id: id }),
    updateCustomer: async ({ customerId }) => exampleCustomer({ _id: customerId }),
    deleteCustomer: async (id) => exampleCustomer({ _id: id, status: 'deleted', deleted: true }),
    listPaymentMethods: async () => ({
      customer: exampleCustomer(),
      rows: [examplePaymentMethod()],
      next: null,
    }),
    createSetupIntent: async ({ customerId }) =>
      exampleSetupIntent({ customerId, clientSecret: 'seti_1_secret_abc' }),
    detachPaymentMethod: async () => examplePaymentMethod({ attached: false }),
    createOrder: async (input) => exampleOrder({ userId: input.userId, currency: input.currency }),
    getOrder: async (id) => exampleOrder({ _id: id }),
    createPayment: async (input) => ({
      payment: examplePayment({ orderId: input.orderId ?? null, metadata: input.metadata ?? {} }),
      created: true,
    }),
    confirmPayment: async (input) => examplePayment({ _id: input.paymentId, status: 'succeeded' }),
    cancelPayment: async (input) => examplePayment({ _id: input.paymentId, status: 'canceled' }),
    cancelOrder: async (input) => exampleOrder({ _id: input.orderId, status: 'canceled' }),
    capturePayment: async (input) => examplePayment({ _id: input.paymentId, status: 'succeeded' }),
    listFailedAttempts: async () => [],
    updatePayment: async ({ paymentId }) => examplePayment({ _id: paymentId }),
    resendReceipt: async (paymentId) => ({
      payment: examplePayment({ _id: paymentId }),
      number: 1,
      left: 4,
    }),
    createCheckoutSession: async ({ orderId }) => ({
      payment: examplePayment({
        orderId,
        checkout: {
          sessionId: 'cs_1',
          status: 'open',
          url: 'https://checkout.stripe.com/c/pay/cs_1',
          expiresAt: new Date(0),
        },
      }),
      created: true,
    }),
    getPayment: async (id) => examplePayment({ _id: id }),
    refreshPayment: async (id) => examplePayment({ _id: id, status: 'succeeded' }),
    openCheckout: async ({ orderId }) => ({ order: exampleOrder({ _id: orderId }), payment: null }),
    startCheckout: async ({ orderId }) => ({
      order: exampleOrder({ _id: orderId }),
      payment: { ...examplePayment({ orderId }), clientSecret: 'pi_1_secret_abc' },
    }),
    listRefunds: async ({ paymentId }) => ({ rows: [exampleRefund({ paymentId })], next: null }),
    readTimeline: async () => ({ entries: [], next: null, complete: true }),
    listPaymentHistory: async ({ userId }) => ({
      rows: [examplePayment({ userId })],
      older: null,
      newer: null,
    }),
    listGapFill: async () => ({ rows: [], next: null }),
    refundPayment: async (input) =>
      exampleRefund({ paymentId: input.paymentId, amount: input.amount ?? 2500 }),
  };
}

function recorded(useCases: UseCases, calls: string[]): UseCases {
  return new Proxy(useCases, {
    get(target, name: keyof UseCases, receiver) {
      calls.push(name);
      return Reflect.get(target, name, receiver);
    },
  });
}

/** `jwt.<userId>.` stands for a JWT of that user: what makes a real one valid has tests of its own. */
function userOfToken(token: string): string {
  const userId = /^jwt\.(\w+)\.$/.exec(token)?.[1];
  if (userId === undefined) throw unauthenticated('invalid_token', 'The token is not valid here.');
  return userId;
}

function apiKey(id: string, scopes: Scope[]): ApiKeyRow {
  return {
    ...{ _id: id, name: id, hash: '', hint: 'gk_', scopes, version: 1, audit: null },
    ...{ createdAt: new Date(0), updatedAt: new Date(0), lastUsedAt: null },
    ...{ expiresAt: null, replaces: null, revokedAt: null },
  };
}
