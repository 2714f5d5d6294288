import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import Stripe from 'stripe';
import type { CompleteConfig } from './config/env.js';
import { assertReplicaSet, connectDatabase, type Database } from './db/connect.js';
import { parseCurrency } from './domain/currencies.js';
import { createLogger, type Logger } from './observability/logger.js';
import { type Cache, createCache } from './redis/cache.js';
import { connectRedis, type RedisConnection } from './redis/connect.js';
import { createLimits, type Limits } from './redis/limits.js';
import { missingUniqueIndexes } from './repositories/indexes.js';
import { createRepositories, type Repositories } from './repositories/repositories.js';
import { openStores } from './repositories/stores.js';
import { cachedApiKeys } from './services/access/api-keys.js';
import { createIdempotencyKeys, type IdempotencyKeys } from './services/access/idempotency-keys.js';
import { createUseCases } from './services/create-use-cases.js';
import type { Platform, UseCaseDependencies } from './services/dependencies.js';
import type { Sender } from './services/outbox/send-message.js';
import { createCardAttempts } from './services/payments/card-attempts.js';
import { createPriceCatalogue } from './services/pricing/price-catalogue.js';
import { createFolderMailer, createSmtpMailer, type Mailer } from './services/receipts/mailer.js';
import { createBreaker } from './services/stripe/breaker.js';
import { guardGateway } from './services/stripe/guarded-gateway.js';
import { createPace } from './services/stripe/pace.js';
import { singleSend } from './services/stripe/single-send.js';
import { createStripeGateway, type StripeGateway } from './services/stripe/stripe-gateway.js';
import type { UseCases } from './services/use-cases.js';
import { type Clock, systemClock } from './utils/clock.js';
import { newId } from './utils/ids.js';
import { API_VERSION } from './utils/stripe/api-version.js';
import { systemTimer, type Timer } from './utils/timer.js';

/** What tests and an embedding app put in place of the real thing; each is a port. */
export interface Overrides {
  /** Is told of what happened. With it, this process and every other of the same app writes those events. */
  host?: (repositories: Repositories) => Sender<'host_event'>;
  clock?: Clock;
  logger?: Logger;
  mailer?: Mailer;
  /** Of the pace and the breaker of calls to Stripe. */
  timer?: Timer;
}

export interface Container {
  config: CompleteConfig;
  logger: Logger;
  clock: Clock;
  database: Database;
  /** Null where none is configured. */
  redis: RedisConnection | null;
  limits: Limits;
  cache: Cache;
  repositories: Repositories;
  gateway: StripeGateway;
  platform: Platform;
  mailer: Mailer;
  /** Null for a service, which no app embeds. */
  host: Sender<'host_event'> | null;
  dependencies: UseCaseDependencies;
  useCases: UseCases;
  idempotencyKeys: IdempotencyKeys;
  close(): Promise<void>;
}

type SendsToStripe = Pick<StripeGateway, 'send'>;

const ACCOUNT_PATH = '/v1/account';

/**
 * Connects and builds everything, once. Throws with what to do when MongoDB is a standalone server, an index is
 * missing, or Stripe does not know the key.
 */
export async function createContainer(config: CompleteConfig, overrides: Overrides = {}): Promise<Container> {
  const logger = overrides.logger ?? createLogger(config.logging);
  const clock = overrides.clock ?? systemClock;
  const database = await connectDatabase({ ...config.mongodb, uri: config.mongodb.uri });
  try {
    await assertReplicaSet(database);
    await assertIndexes(database);
    const gateway = createStripeGateway(createStripe(config), clock);
    const platform = await readPlatform(config, gateway);
    const timer = overrides.timer ?? systemTimer;
    return assemble(config, overrides, { logger, clock, timer, database, gateway, platform });
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Parts = Pick<Container, 'logger' | 'clock' | 'database' | 'platform'> & {
  gateway: SendsToStripe;
  timer: Timer;
};

function assemble(config: CompleteConfig, overrides: Overrides, parts: Parts): Container {
  const { logger, clock, database, platform } = parts;
  const { gateway, stop } = guard(config, parts);
  const repositories = createRepositories(database, { tells: overrides.host ? 'host' : 'nobody' });
  const redis = openRedis(config, logger);
  const cache = createCache(redis, sealOf(config));
  const limits = createLimits(redis, config.limits);
  const cardAttempts = createCardAttempts(limits.declines);
  const { callTimeoutMs, confirmTimeoutMs, timeBudgetMs } = config.stripe;
  const timing = { callTimeoutMs, confirmTimeoutMs, budgetMs: timeBudgetMs };
  const asking = { gateway, repositories, platformAccountId: platform.stripeAccountId, timing };
  const dependencies: UseCaseDependencies = {
    ...asking,
    platform,
    cache,
    apiKeyCache: cachedApiKeys(cache, repositories),
    cardAttempts,
    declined: (payment, chargeId) => cardAttempts.declined(payment, chargeId),
    prices: createPriceCatalogue(asking, platform),
    clock,
    logger,
    decisions: () => ({ now: clock.now(), sendsReceipts: config.receipts.sender === 'guichet', newId }),
    returnUrl: { default: config.payments.returnUrl, hosts: config.payments.returnHosts },
    receipts: config.receipts.sender,
  };
  return {
    config,
    logger,
    clock,
    database,
    redis,
    limits,
    cache,
    repositories,
    gateway,
    platform,
    mailer: overrides.mailer ?? createMailer(config),
    host: overrides.host?.(repositories) ?? null,
    dependencies,
    useCases: createUseCases(dependencies),
    idempotencyKeys: createIdempotencyKeys(repositories, clock),
    async close() {
      stop();
      redis?.close();
      await database.close();
    },
  };
}

/** Pace and breaker before every call. `stop` ends what the breaker would still do by itself. */
function guard({ stripe }: CompleteConfig, { gateway, clock, timer, logger }: Parts) {
  const probe = () => gateway.send({ method: 'GET', path: ACCOUNT_PATH, timeoutMs: stripe.callTimeoutMs });
  const breaker = createBreaker(stripe.breaker, { probe, timer, logger });
  const turn = createPace(stripe.requestsPerSecond, timer);
  return { gateway: guardGateway(gateway, { breaker, turn, clock, timer }), stop: () => breaker.stop() };
}

function openRedis({ redis }: CompleteConfig, logger: Logger): RedisConnection | null {
  return redis.url === null ? null : connectRedis({ ...redis, url: redis.url }, logger);
}

/** What deployments that share a Redis do not share: none takes what another one cached. */
function sealOf({ stripe, mongodb }: CompleteConfig): string {
  return JSON.stringify([stripe.secretKey, mongodb.uri, mongodb.dbName, mongodb.collectionPrefix]);
}

/** The SDK sends each request once: our one retry layer decides whether it is sent again. */
export function createStripe({ stripe }: Pick<CompleteConfig, 'stripe'>): Stripe {
  const base = new URL(stripe.apiBaseUrl);
  const secure = base.protocol === 'https:';
  const agent = { keepAlive: true, maxSockets: stripe.maxSockets, timeout: stripe.confirmTimeoutMs };
  return new Stripe(stripe.secretKey, {
    apiVersion: API_VERSION,
    host: base.hostname,
    port: base.port || (secure ? '443' : '80'),
    protocol: secure ? 'https' : 'http',
    httpClient: singleSend(
      Stripe.createNodeHttpClient(secure ? new HttpsAgent(agent) : new HttpAgent(agent)),
    ),
    timeout: stripe.confirmTimeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'guichet' },
  });
}

async function assertIndexes(database: Database): Promise<void> {
  const missing = await missingUniqueIndexes(openStores(database));
  if (missing.length === 0) return;
  throw new Error(
    `MongoDB lacks unique indexes without which duplicates would pass: ${missing.join(', ')}. Run: guichet migrate up`,
  );
}

/** Whose account the key is, and in which currency it settles: minimum amounts go by it. */
async function readPlatform({ stripe }: CompleteConfig, gateway: SendsToStripe): Promise<Platform> {
  const answer = await gateway.send({ method: 'GET', path: ACCOUNT_PATH, timeoutMs: stripe.callTimeoutMs });
  const livemode = stripe.mode === 'live';
  if (answer.type === 'object') {
    const { id, default_currency: currency } = answer.object;
    const settlementCurrency = typeof currency === 'string' ? parseCurrency(currency) : null;
    const statementPrefix = prefixOf(answer.object.settings);
    return { stripeAccountId: id, livemode, settlementCurrency, statementPrefix };
  }
  const refused = answer.type === 'error' && (answer.status === 401 || answer.status === 403);
  // With the account's id given, Stripe may be away when we start: webhooks must still be taken in.
  if (stripe.accountId && !refused)
    return { stripeAccountId: stripe.accountId, livemode, settlementCurrency: null, statementPrefix: null };
  const why = answer.type === 'error' ? `it answered ${answer.status}` : answer.reason;
  throw new Error(
    `Cannot read the account from Stripe at ${stripe.apiBaseUrl}: ${why}. ` +
      'Check STRIPE_SECRET_KEY, or set STRIPE_ACCOUNT_ID to start while Stripe is away.',
  );
}

function prefixOf(settings: unknown): string | null {
  const { card_payments: cards } = (settings ?? {}) as {
    card_payments?: { statement_descriptor_prefix?: string | null };
  };
  return cards?.statement_descriptor_prefix ?? null;
}

function createMailer({ receipts, paths }: CompleteConfig): Mailer {
  return receipts.smtpUrl ? createSmtpMailer(receipts.smtpUrl) : createFolderMailer(`${paths.home}/mail`);
}
