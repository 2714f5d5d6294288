import { createApi } from './api.js';
import type { AppDependencies } from './app.js';
import type { CompleteConfig } from './config/env.js';
import { type Container, createContainer, type Overrides } from './container.js';
import { type HttpServer, startHttpServer } from './http-server.js';
import { startSweeper } from './jobs/sweeper.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from './utils/stripe/webhook-path.js';
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

function startApi(
  container: Container,
  worker: Worker | null,
  { extraRoutes }: ServiceOptions,
): Promise<HttpServer> {
  const { config } = container;
  const { app, webhook, connectWebhook, inFlight } = createApi(container, {
    wake: () => worker?.wake(),
    ...(extraRoutes ? { extraRoutes } : {}),
  });
  const webhooks = new Map([
    [WEBHOOK_PATH, webhook],
    [CONNECT_WEBHOOK_PATH, connectWebhook],
  ]);
  return startHttpServer({ ...config.server, app, webhooks, inFlight });
}
