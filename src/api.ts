import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';
import { type AppDependencies, createApp } from './app.js';
import type { Container } from './container.js';
import { type Authenticate, bearerAuthentication } from './middlewares/authenticate.js';
import { createInFlight, type InFlight } from './middlewares/in-flight.js';
import {
  receiveWebhook,
  refuseWebhooks,
  type WebhookHandler,
  type WebhookOptions,
} from './middlewares/stripe/receive-webhook.js';
import { CONNECT_IS_OFF } from './middlewares/stripe/webhook-problems.js';
import { findApiKey } from './services/access/api-keys.js';
import { createOwnerOf } from './services/access/owners.js';
import { createUserTokens } from './services/access/user-tokens.js';
import { clientSecretOf } from './services/client-secret-of.js';
import { createReadiness } from './services/health/readiness.js';
import { alertOfClockSkew } from './services/stripe/webhooks/alert-of-clock-skew.js';
import { ingestEvent } from './services/stripe/webhooks/ingest-event.js';
import { addressKey, clientAddress, type TrustsProxy } from './utils/address-key.js';

export interface ApiOptions {
  /** An event was stored. */
  wake(): void;
  /** Instead of API keys and users' tokens. */
  authenticate?: Authenticate;
  /** What only some commands mount. */
  extraRoutes?: NonNullable<AppDependencies['extraRoutes']>;
}

export interface Api {
  app: Express;
  webhook: WebhookHandler;
  /** For the events of connected accounts. */
  connectWebhook: WebhookHandler;
  /** What a stop has to wait for. */
  inFlight: InFlight;
}

/** Stripe signs the time of sending; older or newer ones may be replays. */
const SIGNATURE_TOLERANCE_SECONDS = 300;

/** The HTTP surface of a container, which a server of ours or of an embedding app listens for. */
export function createApi(container: Container, options: ApiOptions): Api {
  const { config, logger, repositories } = container;
  const inFlight = createInFlight();
  const app = createApp({
    config: config.server,
    useCases: container.useCases,
    idempotencyKeys: container.idempotencyKeys,
    authenticate: options.authenticate ?? bearerOf(container),
    ownerOf: createOwnerOf(repositories),
    limits: container.limits,
    clientSecretOf: clientSecretOf(container.dependencies),
    checkout: checkoutSettings(container),
    readiness: createReadiness(container.database, container.gateway),
    logger,
    inFlight,
    ...(options.extraRoutes ? { extraRoutes: options.extraRoutes } : {}),
  });
  return { app, ...webhooksOf(container, { app, wake: options.wake }), inFlight };
}

/** Both fill the same inbox, in the same groups; each takes its own secrets alone. */
function webhooksOf(
  container: Container,
  { app, wake }: { app: Express; wake: ApiOptions['wake'] },
): Pick<Api, 'webhook' | 'connectWebhook'> {
  const { config, clock, logger, repositories, platform } = container;
  const intake: Omit<WebhookOptions, 'secrets'> = {
    bodyLimitBytes: config.server.webhookBodyLimitBytes,
    toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
    now: () => clock.now(),
    ingest: ingestEvent({ repositories, platform, clock, wake }),
    limitBadSignatures: badSignaturesOf(container, app),
    clockIsOff: alertOfClockSkew(container),
    logger,
  };
  const { webhookSecrets, connectWebhookSecrets } = config.stripe;
  return {
    webhook: receiveWebhook({ ...intake, secrets: webhookSecrets }),
    connectWebhook:
      connectWebhookSecrets.length === 0
        ? refuseWebhooks(CONNECT_IS_OFF)
        : receiveWebhook({ ...intake, secrets: connectWebhookSecrets }),
  };
}

function badSignaturesOf({ limits: { badSignatures } }: Container, app: Express) {
  const trusts = app.get('trust proxy fn') as TrustsProxy;
  return async (req: IncomingMessage) => {
    const allowance = await badSignatures?.take(addressKey(clientAddress(req, trusts)));
    return allowance === undefined || allowance.allowed ? null : allowance.resetSeconds;
  };
}

function bearerOf(container: Container): Authenticate {
  const { jwt } = container.config;
  return bearerAuthentication({
    findApiKey: findApiKey(container.dependencies),
    verifyUserToken: jwt === null ? null : createUserTokens(jwt, container),
  });
}

/** Null, with a word in the log, where the page is off. */
function checkoutSettings({ config, logger }: Container): AppDependencies['checkout'] {
  const { checkout, server, receipts } = config;
  if (checkout && server.publicUrl)
    return { ...checkout, publicUrl: server.publicUrl, merchantName: receipts.merchantName };
  logger.info({}, 'The checkout page is off: set STRIPE_PUBLISHABLE_KEY and PUBLIC_URL to have it');
  return null;
}
