import { randomUUID } from 'node:crypto';
import { type Collection, type Document, MongoClient } from 'mongodb';
import Stripe from 'stripe';
import { freePort } from '../../embedded/free-port.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start-sandbox.js';
import { loadConfig } from '../../src/config/env.js';
import type { Overrides } from '../../src/container.js';
import { connectDatabase } from '../../src/db/connect.js';
import { migrateUp } from '../../src/db/migrate.js';
import { scopes } from '../../src/domain/rows/api-key.js';
import { createLogger } from '../../src/observability/logger.js';
import { createRepositories } from '../../src/repositories/repositories.js';
import { type Role, type Service, startService } from '../../src/service.js';
import { newApiKey, saveApiKey } from '../../src/services/access/api-keys.js';
import { systemClock } from '../../src/utils/clock.js';
import { ApiClient } from './api-client.js';
import { sharedMongod } from './mongod.js';
import { liftedLimits, redisEnvironment } from './redis.js';
import { startSmtp, type TestSmtp } from './smtp.js';

export interface StackOptions {
  role?: Role;
  /** Whether the sandbox delivers its events by itself; else the test posts them. */
  webhooks?: 'delivered' | 'by-hand';
  environment?: Record<string, string>;
  /** Turns the checkout page on, with the sandbox's `/v3/`. */
  checkout?: true;
  sandbox?: SandboxOptions;
  overrides?: Overrides;
  /** A server of the test's own, for faults of the database; the shared one is everybody's. */
  mongodbUri?: string;
}

export interface Stack {
  api: ApiClient;
  apiKey: string;
  baseUrl: string;
  sandbox: Sandbox;
  stripe: Stripe;
  smtp: TestSmtp;
  service: Service;
  mongo: MongoClient;
  /** A collection of the test's database, named without its prefix. */
  rows(name: string): Collection<AnyRow>;
  environment: Record<string, string>;
  /** Lines of the log. */
  logs: Record<string, unknown>[];
  /** Signs a body as Stripe does and posts it. */
  postEvent(event: unknown): Promise<Response>;
  /** Stops the service and starts it again on the same database and sandbox. */
  restart(role?: Role): Promise<void>;
  stop(): Promise<void>;
}

type AnyRow = Document & { _id: string };

/** For tests of what happens when the time towards Stripe is over. */
export const shortTimes = {
  STRIPE_CALL_TIMEOUT_MS: '800',
  STRIPE_CONFIRM_TIMEOUT_MS: '800',
  STRIPE_TIME_BUDGET_MS: '2000',
};

export const RETURN_URL = 'https://shop.example/return';

/** Everything real: MongoDB, the sandbox over HTTP, SMTP on a socket, the service on a port. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const [uri, sandbox, smtp] = await Promise.all([
    options.mongodbUri ?? sharedMongod(),
    startSandbox({ fidelityChecks: true, asyncDelayMs: 50, ...options.sandbox }),
    startSmtp(),
  ]);
  const dbName = `test_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const environment: Record<string, string> = {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    MONGODB_URI: uri,
    MONGODB_DB_NAME: dbName,
    ...(await redisEnvironment(dbName)),
    ...liftedLimits,
    STRIPE_SECRET_KEY: sandbox.secretKey,
    STRIPE_MODE: 'test',
    STRIPE_API_BASE_URL: sandbox.url,
    STRIPE_WEBHOOK_SECRETS: sandbox.webhookSecret,
    STRIPE_CALL_TIMEOUT_MS: '2000',
    STRIPE_CONFIRM_TIMEOUT_MS: '2000',
    STRIPE_TIME_BUDGET_MS: '4000',
    // Tests that are about these set them.
    GAP_FILL_INTERVAL_SECONDS: '0',
    STRIPE_REQUESTS_PER_SECOND: '10000',
    STRIPE_BREAKER_FAILURES: '1000000',
    PAYMENT_RETURN_URL: RETURN_URL,
    SMTP_URL: smtp.url,
    SHUTDOWN_GRACE_MS: '5000',
    ...(options.checkout && (await checkoutSettings(sandbox))),
    ...options.environment,
  };
  const apiKey = await prepareDatabase(environment);
  // As the service reads: a change that only this client saw early would make a test race with it.
  const mongo = await MongoClient.connect(uri, { readConcernLevel: 'majority' });
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger(
    { level: environment.LOG_LEVEL ?? 'info' },
    { write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const start = (role: Role) =>
    startService(loadConfig(environment, { command: 'serve' }), {
      role,
      overrides: { logger, ...options.overrides },
    });
  const stack = {} as Stack;
  const use = async (service: Service) => {
    const baseUrl = `http://127.0.0.1:${service.port}`;
    Object.assign(stack, { service, baseUrl, api: new ApiClient({ baseUrl, apiKey }) });
    if (options.webhooks !== 'by-hand') await sandbox.setWebhookUrl(`${baseUrl}/api/webhooks/stripe`);
  };
  await use(await start(options.role ?? 'all'));
  return Object.assign(stack, {
    apiKey,
    sandbox,
    stripe: stripeOf(sandbox),
    smtp,
    mongo,
    environment,
    logs,
    rows: (name: string) => mongo.db(dbName).collection<AnyRow>(`guichet_${name}`),
    async postEvent(event: unknown) {
      const payload = typeof event === 'string' ? event : JSON.stringify(event);
      const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: sandbox.webhookSecret });
      return fetch(`${stack.baseUrl}/api/webhooks/stripe`, {
        method: 'POST',
        body: payload,
        headers: { 'content-type': 'application/json', 'stripe-signature': header },
      });
    },
    async restart(role: Role = options.role ?? 'all') {
      await stack.service.stop();
      await use(await start(role));
    },
    async stop() {
      await stack.service.stop();
      await sandbox.stop();
      await smtp.stop();
      await mongo.db(dbName).dropDatabase();
      await mongo.close();
    },
  });
}

/** Migrates the test's database and puts an API key into it. */
export async function prepareDatabase(environment: Record<string, string>): Promise<string> {
  const { mongodb } = loadConfig(environment, { command: 'serve' });
  const database = await connectDatabase(mongodb);
  try {
    await migrateUp(database);
    const key = newApiKey('test');
    const repositories = createRepositories(database);
    await saveApiKey({ repositories, clock: systemClock }, { key, name: 'tests', scopes: [...scopes] });
    return key;
  } finally {
    await database.close();
  }
}

/** Links begin with the public address, so the port is chosen before the service listens. */
async function checkoutSettings(sandbox: Sandbox): Promise<Record<string, string>> {
  const port = String(await freePort());
  return {
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    STRIPE_PUBLISHABLE_KEY: sandbox.publishableKey,
    STRIPE_JS_URL: `${sandbox.url}/v3/`,
    MERCHANT_NAME: 'Example Shop',
  };
}

function stripeOf(sandbox: Sandbox): Stripe {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(sandbox.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
}
