import { type CompleteConfig, loadConfig } from '../../src/config/env.js';
import { createContainer } from '../../src/container.js';
import { startFetches } from '../../src/jobs/fetches.js';
import { startInbox } from '../../src/jobs/inbox.js';
import { startLaneLeases } from '../../src/jobs/lane-leases.js';
import type { Loop } from '../../src/jobs/loop.js';
import { startService } from '../../src/service.js';
import type { Running, Surroundings } from './targets.js';

export const WEBHOOK_SECRET = 'whsec_bench';

/** Settings of API, worker and whoever prepares their database. */
export function environmentOf(around: Surroundings): Record<string, string> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    MONGODB_URI: around.mongodbUri,
    MONGODB_DB_NAME: around.dbName,
    STRIPE_SECRET_KEY: 'sk_test_bench',
    STRIPE_MODE: 'test',
    STRIPE_API_BASE_URL: `http://127.0.0.1:${around.stripePort}`,
    STRIPE_ACCOUNT_ID: around.stripeAccountId,
    STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PAYMENT_RETURN_URL: 'https://shop.example/return',
    // Receipts are written as effects; nobody here sends them.
    SMTP_URL: 'smtp://127.0.0.1:1',
    REDIS: 'off',
    STRIPE_REQUESTS_PER_SECOND: '10000',
  };
}

/** As `guichet serve --role api`: it takes events in. */
export async function startGuichetApi(around: Surroundings): Promise<Running> {
  const service = await startService(configOf(around), { role: 'api' });
  return { port: service.port ?? 0, stop: async () => void (await service.stop()) };
}

/** What `guichet serve --role worker` does with events, without the rest of its jobs. Waits to be told to begin. */
export async function startGuichetWorker(around: Surroundings): Promise<Running> {
  const config = configOf(around);
  const { mongodb } = config;
  const ofWorker = { ...config, mongodb: { ...mongodb, maxPoolSize: mongodb.workerPoolSize } };
  const container = await createContainer(ofWorker);
  const { dependencies, repositories, logger } = container;
  const leases = startLaneLeases(repositories, logger);
  let loops: Loop[] = [];
  return {
    port: 0,
    counts: () => ({ lanes: leases.held().length }),
    go() {
      const limits = around.batch === null ? {} : { maxEvents: around.batch };
      loops = [...startInbox(dependencies, leases, limits), startFetches(dependencies, leases)];
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await leases.stop();
      await container.close();
    },
  };
}

function configOf(around: Surroundings): CompleteConfig {
  return loadConfig(environmentOf(around), { command: 'serve' });
}
