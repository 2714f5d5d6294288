import { randomUUID } from 'node:crypto';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { freePort } from '../../embedded/free-port.js';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { loadConfig } from '../../src/config/env.js';
import { connectDatabase } from '../../src/db/connect.js';
import { createRepositories } from '../../src/repositories/repositories.js';
import type { Role } from '../../src/service.js';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { ApiClient } from './api-client.js';
import { type MongoProxy, startMongoProxy } from './mongo-proxy.js';
import { liftedLimits, redisEnvironment } from './redis.js';
import { type ServiceProcess, startServiceProcess } from './service-process.js';
import { startSmtp, type TestSmtp } from './smtp.js';
import { prepareDatabase } from './stack.js';

type AnyRow = Document & { _id: string };

/** A place where the service is killed: what it speaks to lives on, and it is started again beside it. */
export interface CrashSite {
  sandbox: Sandbox;
  smtp: TestSmtp;
  /** Between the service and mongod. */
  proxy: MongoProxy;
  mongo: MongoClient;
  environment: Record<string, string>;
  /** Always the same address, whichever process is behind it. */
  api: ApiClient;
  baseUrl: string;
  /** Every process that was started here, in order. */
  processes: ServiceProcess[];
  start(role: Role, environment?: Record<string, string>): Promise<ServiceProcess>;
  /** Stripe delivers its events, those of the past first; until then they wait. */
  deliverWebhooks(): Promise<void>;
  rows(name: string): Collection<AnyRow>;
  all(name: string, filter?: Document): Promise<AnyRow[]>;
  /** Ids of the objects whose audit chain is broken. */
  brokenAudits(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface CrashSiteOptions {
  mongod: { uri: string; port: number };
  environment?: Record<string, string>;
  webhookRetryDelaysMs?: number[];
}

/** Stripe patient enough for a request to be stuck at it until its process is killed. */
const PATIENT = {
  STRIPE_CALL_TIMEOUT_MS: '30000',
  STRIPE_CONFIRM_TIMEOUT_MS: '30000',
  STRIPE_TIME_BUDGET_MS: '40000',
};

/** What is held at the proxy for long must not be sent again by the driver. */
const PATIENT_DRIVER = { MONGODB_SOCKET_TIMEOUT_MS: '120000' };

/** Nobody listens there: what is sent to it waits for the real address. */
const NOWHERE = 'http://127.0.0.1:9/';
const HOUR_MS = 3_600_000;
const QUICK_RETRIES = Array.from({ length: 100 }, () => 300);

export async function startCrashSite(options: CrashSiteOptions): Promise<CrashSite> {
  const { webhookRetryDelaysMs = [HOUR_MS, ...QUICK_RETRIES] } = options;
  const [sandbox, smtp, proxy, port] = await Promise.all([
    startSandbox({ fidelityChecks: true, asyncDelayMs: 50, webhookRetryDelaysMs }),
    startSmtp(),
    startMongoProxy(options.mongod),
    freePort(),
  ]);
  const dbName = `crash_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const environment = {
    ...{ PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'info', SHUTDOWN_GRACE_MS: '10000' },
    ...{ MONGODB_URI: proxy.uri, MONGODB_DB_NAME: dbName, MONGODB_MAX_POOL_SIZE: '200' },
    ...(await redisEnvironment(dbName)),
    ...liftedLimits,
    STRIPE_SECRET_KEY: sandbox.secretKey,
    STRIPE_MODE: 'test',
    STRIPE_API_BASE_URL: sandbox.url,
    STRIPE_WEBHOOK_SECRETS: sandbox.webhookSecret,
    ...PATIENT,
    ...PATIENT_DRIVER,
    STRIPE_REQUESTS_PER_SECOND: '10000',
    PAYMENT_RETURN_URL: 'https://shop.example/return',
    SMTP_URL: smtp.url,
    ...options.environment,
  };
  // Stripe makes no deliveries for an endpoint that is not enabled.
  await sandbox.setWebhookUrl(NOWHERE);
  const apiKey = await prepareDatabase(environment);
  const mongo = await MongoClient.connect(options.mongod.uri);
  const baseUrl = `http://127.0.0.1:${port}`;
  const processes: ServiceProcess[] = [];
  const rows = (name: string) => mongo.db(dbName).collection<AnyRow>(`guichet_${name}`);
  return {
    ...{ sandbox, smtp, proxy, mongo, environment, baseUrl, processes, rows },
    api: new ApiClient({ baseUrl, apiKey }),
    async start(role, extra = {}) {
      const started = await startServiceProcess({ ...environment, ...extra }, role);
      processes.push(started);
      return started;
    },
    deliverWebhooks: () => sandbox.setWebhookUrl(`${baseUrl}/api/webhooks/stripe`),
    all: (name, filter = {}) => rows(name).find(filter, { hint: '_id_' }).toArray(),
    brokenAudits: () => brokenAudits({ ...environment, MONGODB_URI: options.mongod.uri }, rows),
    async stop() {
      await Promise.all(processes.map((one) => one.kill()));
      await Promise.all([sandbox.stop(), smtp.stop(), proxy.stop()]);
      await mongo.db(dbName).dropDatabase();
      await mongo.close();
    },
  };
}

async function brokenAudits(
  environment: Record<string, string>,
  rows: (name: string) => Collection<AnyRow>,
): Promise<string[]> {
  const { mongodb } = loadConfig(environment, { command: 'serve' });
  const database = await connectDatabase(mongodb);
  try {
    const repositories = createRepositories(database);
    const broken: string[] = [];
    for (const name of ['orders', 'payments', 'refunds', 'customers']) {
      for (const { _id } of await rows(name).find({}, { hint: '_id_' }).toArray()) {
        const check = await verifyStream(repositories, _id);
        if (!check.ok) broken.push(`${_id}: ${check.problem} at ${check.sequence}`);
      }
    }
    return broken;
  } finally {
    await database.close();
  }
}
