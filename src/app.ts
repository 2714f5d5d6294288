import express, { type Express } from 'express';
import type { Config } from './config/env.js';
import { checkoutPages } from './console/checkout/checkout-pages.js';
import type { CheckoutSettings } from './console/checkout/render-checkout.js';
import type { Readiness } from './controllers/controller.js';
import type { Authenticate } from './middlewares/authenticate.js';
import { crossOrigin } from './middlewares/cross-origin.js';
import { errorHandler } from './middlewares/error-handler.js';
import type { InFlight } from './middlewares/in-flight.js';
import { pathNotFound } from './middlewares/not-found.js';
import { limitAddress, type RequestLimits } from './middlewares/rate-limit.js';
import { requestContext } from './middlewares/request-context.js';
import { requestLog } from './middlewares/request-log.js';
import type { OwnerOf } from './middlewares/require-own.js';
import { securityHeaders } from './middlewares/security-headers.js';
import type { Logger } from './observability/logger.js';
import { buildDocument } from './openapi/document.js';
import { allRoutes, checkoutRoutes } from './routes/all-routes.js';
import { docsRouter } from './routes/docs/docs.js';
import { mountRoutes } from './routes/mount-routes.js';
import type { IdempotencyKeys } from './services/access/idempotency-keys.js';
import { checkoutUrl } from './services/checkout/checkout-url.js';
import type { UseCases } from './services/use-cases.js';

export interface AppDependencies {
  config: Pick<Config['server'], 'trustProxy' | 'corsOrigins' | 'bodyLimitBytes'>;
  useCases: UseCases;
  idempotencyKeys: IdempotencyKeys;
  authenticate: Authenticate;
  ownerOf: OwnerOf;
  limits: RequestLimits;
  /** For the replay of an answer that carries one. */
  clientSecretOf(id: string): Promise<string | null>;
  readiness(): Promise<Readiness>;
  /** Null turns the checkout page off. */
  checkout: CheckoutSettings | null;
  logger: Logger;
  /** Shared with the HTTP server, which waits for it when it stops. */
  inFlight: InFlight;
  /** What only some commands mount (`guichet dev`: /dev/mail). Pages set their own Content-Security-Policy. */
  extraRoutes?(app: Express): void;
}

/** What is served besides the routes, with everything below: an embedding app hands us these paths too. */
export const pagePaths = { always: ['/docs', '/openapi.json'], checkout: ['/checkout'] } as const;

/** The page and what it calls, but not the files that it is made of. */
const CHECKOUT = /^\/checkout(?=\/(?!static\/))/;

/** The whole HTTP surface but the webhooks, which `http-server.ts` dispatches before Express. */
export function createApp(dependencies: AppDependencies): Express {
  const { config, logger, useCases, readiness, checkout } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.trustProxy);
  app.use(requestContext());
  app.use(requestLog(logger));
  app.use(securityHeaders());
  app.use(crossOrigin(config.corsOrigins));
  app.use(docsRouter(buildDocument(allRoutes)));
  if (checkout) app.use(CHECKOUT, limitAddress(dependencies.limits));
  if (checkout) app.use(checkoutPages(checkout, useCases));
  mountRoutes(app, checkout ? allRoutes : allRoutes.filter((route) => !checkoutRoutes.includes(route)), {
    ...dependencies,
    services: {
      useCases,
      readiness: () => readiness(),
      checkoutUrl: checkoutUrl(checkout?.publicUrl ?? null),
    },
    bodyLimitBytes: config.bodyLimitBytes,
  });
  dependencies.extraRoutes?.(app);
  app.use(pathNotFound);
  app.use(errorHandler(logger));
  return app;
}
