import { type AppDependencies, createApp } from './app.js';
import type { CompleteConfig } from './config/env.js';
import { type Container, createContainer, type Overrides } from './container.js';
import { type HttpServer, startHttpServer } from './http-server.js';
import { startSweeper } from './jobs/sweeper.js';
import { bearerAuthentication } from './middlewares/authenticate.js';
import { createInFlight } from './middlewares/in-flight.js';
import { receiveWebhook } from './middlewares/stripe/receive-webhook.js';
import { findApiKey } from './services/access/api-keys.js';
import { createOwnerOf } from './services/access/owners.js';
import { createUserTokens } from './services/access/user-tokens.js';
import { clientSecretOf } from './services/client-secret-of.js';
import { createReadiness } from './services/health/readiness.js';
import { ingestEvent } from './services/stripe/webhooks/ingest-event.js';
import { WEBHOOK_PATH } from './utils/stripe/webhook-path.js';
import { startWorker, type Worker } from './worker.js';

export type Role = 'api' | 'worker' | 'all';

export interface ServiceOptions {
  role: Role;
  overrides?: Overrides;
  /** What only some commands mount. */
  extraRoutes?: NonNullable<AppDependencies['extraRoutes']>;
}

export interface Service {
  /** Null for a worker, which listens to nobody. */
  port: number | null;
  container: Container;
  /**
   * Drains: no new request, those under way end, the worker ends what it is at, connections close. False when something
   * did not end within SHUTDOWN_GRACE_MS: it is cut, but a call to Stripe keeps the process until its own time is over.
   */
  stop(): Promise<boolean>;
}

/** Stripe signs the time of sending; older or newer ones may be replays. */
const SIGNATURE_TOLERANCE_SECONDS = 300;

/** Starts the API, the worker, or both in one process. Throws when something that they need is missing. */
export async function startService(config: CompleteConfig, options: ServiceOptions): Promise<Service> {
  const container = await createContainer(forRole(config, options.role), options.overrides);
  const sweeper = startSweeper(container);
  const worker = options.role === 'api' ? null : startWorker(container);
  try {
    const server = options.role === 'worker' ? null : await startApi(container, worker, options);
    return {
      port: server?.port ?? null,
      container,
      async stop() {
        const { shutdownGraceMs } = config.server;
        const stopping = [server, worker].map((part) => part?.stop(shutdownGraceMs) ?? Promise.resolve(true));
        const clean = (await Promise.all(stopping)).every(Boolean);
        if (!clean) container.logger.warn({}, 'Some of what was under way did not end in time and was cut');
        await sweeper.stop();
        await container.close();
        return clean;
      },
    };
  } catch (error) {
    await worker?.stop(config.server.shutdownGraceMs);
    await sweeper.stop();
    await container.close();
    throw error;
  }
}

/** A worker makes few calls at once, and there may be many workers. */
function forRole(config: CompleteConfig, role: Role): CompleteConfig {
  const { mongodb } = config;
  return role === 'worker'
    ? { ...config, mongodb: { ...mongodb, maxPoolSize: mongodb.workerPoolSize } }
    : config;
}

/** Null, with a word in the log, where the page is off. */
function checkoutSettings({ config, logger }: Container): AppDependencies['checkout'] {
  const { checkout, server, receipts } = config;
  if (checkout && server.publicUrl)
    return { ...checkout, publicUrl: server.publicUrl, merchantName: receipts.merchantName };
  logger.info({}, 'The checkout page is off: set STRIPE_PUBLISHABLE_KEY and PUBLIC_URL to have it');
  return null;
}

function startApi(
  container: Container,
  worker: Worker | null,
  { extraRoutes }: ServiceOptions,
): Promise<HttpServer> {
  const { config, clock, logger, repositories, platform } = container;
  const inFlight = createInFlight();
  const app = createApp({
    config: config.server,
    useCases: container.useCases,
    idempotencyKeys: container.idempotencyKeys,
    authenticate: bearerAuthentication({
      findApiKey: findApiKey(container),
      verifyUserToken: config.jwt === null ? null : createUserTokens(config.jwt, container),
    }),
    ownerOf: createOwnerOf(repositories),
    clientSecretOf: clientSecretOf(container.dependencies),
    checkout: checkoutSettings(container),
    readiness: createReadiness(container.database),
    logger,
    inFlight,
    ...(extraRoutes ? { extraRoutes } : {}),
  });
  const ingest = ingestEvent({ repositories, platform, clock, wake: () => worker?.wake() });
  const webhook = receiveWebhook({
    secrets: config.stripe.webhookSecrets,
    bodyLimitBytes: config.server.webhookBodyLimitBytes,
    toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
    now: () => clock.now(),
    ingest,
    logger,
  });
  return startHttpServer({ ...config.server, app, webhooks: new Map([[WEBHOOK_PATH, webhook]]), inFlight });
}
