import type { IncomingMessage, ServerResponse } from 'node:http';
import { createApi } from './api.js';
import type { CompleteConfig } from './config/env.js';
import { type Container, createContainer } from './container.js';
import { toOrder } from './controllers/orders/order.view.js';
import { assertReplicaSet, connectDatabase } from './db/connect.js';
import { migrateUp } from './db/migrate.js';
import { hostAuthentication } from './embedding/host-authentication.js';
import { tellHost } from './embedding/host-event.js';
import { type HostRouter, hostRouter } from './embedding/host-router.js';
import type { GuichetOptions } from './embedding/options.js';
import { readOptions } from './embedding/read-options.js';
import type { Loop } from './jobs/loop.js';
import { startSweeper } from './jobs/sweeper.js';
import { validateInput } from './middlewares/validate.js';
import { type CreateOrderBody, createOrderBody } from './schemas/orders/create-order.js';
import type { OrderResponse } from './schemas/orders/order-response.js';
import { checkoutUrl } from './services/checkout/checkout-url.js';
import { newId } from './utils/ids.js';
import { settlesWithin } from './utils/settles-within.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from './utils/stripe/webhook-path.js';
import { startWorker, type Worker } from './worker.js';

export type { Delivery, HostEventHandlers, HostEvents } from './embedding/host-event.js';
export type { GuichetOptions, HostPrincipal } from './embedding/options.js';

/** Guichet inside somebody's app. */
export interface Guichet {
  /** Where Stripe is told to send its events, unless the host mounts `webhook` elsewhere. */
  webhookPath: string;
  /** A plain Node handler that needs the raw body: mount it before `express.json()`. */
  webhook(req: IncomingMessage, res: ServerResponse): void;
  /** The same for the events of connected accounts; 404 without `connectWebhookSecrets`. */
  connectWebhookPath: string;
  connectWebhook(req: IncomingMessage, res: ServerResponse): void;
  /** The API, for `app.use` of Express 4 or 5; the webhook paths are part of it. Other paths pass through. */
  router: HostRouter;
  /** Null with `worker: 'none'`. */
  worker: { stop(graceMs: number): Promise<boolean> } | null;
  /** Creates an order as the host's own server, at the host's prices. Throws a `GuichetError`. */
  createOrder(input: CreateOrderBody): Promise<OrderResponse>;
  /** Ends what is under way, then the connections. False when something did not end within `shutdownGraceMs`. */
  close(): Promise<boolean>;
}

/**
 * Brings Guichet up in this process, with connections of its own. Throws with every wrong option at once, and with what
 * to do when MongoDB is a standalone server or Stripe does not know the key.
 */
export async function createGuichet(options: GuichetOptions): Promise<Guichet> {
  const config = readOptions(options);
  if (options.migrations !== 'check') await migrate(config);
  const { on: handlers = {} } = options;
  const container = await createContainer(config, {
    host: (repositories) => tellHost({ repositories, handlers }),
  });
  const sweeper = startSweeper(container);
  const worker = options.worker === 'none' ? null : startWorker(container);
  const { authenticate } = options;
  const { app, webhook, connectWebhook, inFlight } = createApi(container, {
    wake: () => worker?.wake(),
    ...(authenticate ? { authenticate: hostAuthentication((req) => authenticate(req)) } : {}),
  });
  return {
    webhookPath: WEBHOOK_PATH,
    webhook,
    connectWebhookPath: CONNECT_WEBHOOK_PATH,
    connectWebhook,
    router: hostRouter({
      app,
      webhook,
      connectWebhook,
      checkout: config.checkout !== null,
      address: options.trustProxy === undefined ? 'host' : 'settings',
    }),
    worker,
    createOrder: createOrderOf(container),
    close: once(() => close({ container, worker, sweeper, settled: () => inFlight.settled() })),
  };
}

async function migrate({ mongodb }: CompleteConfig): Promise<void> {
  const database = await connectDatabase(mongodb);
  try {
    await assertReplicaSet(database);
    await migrateUp(database);
  } finally {
    await database.close();
  }
}

function createOrderOf({ config, useCases }: Container): Guichet['createOrder'] {
  const link = checkoutUrl(config.checkout === null ? null : config.server.publicUrl);
  return async (input) => {
    const context = {
      requestId: newId('req'),
      actor: { type: 'system', id: 'host' },
      idempotency: null,
    } as const;
    return toOrder(await useCases.createOrder(validateInput(createOrderBody, input), context), link);
  };
}

interface Running {
  container: Container;
  worker: Worker | null;
  sweeper: Loop;
  settled(): Promise<void>;
}

async function close({ container, worker, sweeper, settled }: Running): Promise<boolean> {
  const { shutdownGraceMs } = container.config.server;
  const ended = await Promise.all([
    worker?.stop(shutdownGraceMs) ?? true,
    settlesWithin(settled(), shutdownGraceMs),
  ]);
  await sweeper.stop();
  await container.close();
  return ended.every(Boolean);
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
