import type { Environment } from '../config/env.js';
import { loadUsableConfig } from '../config/usable-config.js';
import { createStripe } from '../container.js';
import { connectDatabase, type Database } from '../db/connect.js';
import { CheckFailure, type CheckResult, runChecks } from '../services/doctor/check.js';
import { databaseChecks } from '../services/doctor/database-checks.js';
import { gapFillCheck } from '../services/doctor/gap-fill-check.js';
import { redisCheck } from '../services/doctor/redis-check.js';
import {
  checkoutPageCheck,
  configurationCheck,
  connectWebhookSecretsCheck,
  requireSettings,
  type Settings,
  smtpCheck,
  webhookSecretsCheck,
} from '../services/doctor/settings-checks.js';
import { clockCheck, stripeKeyCheck } from '../services/doctor/stripe-checks.js';
import { connectEndpointCheck, webhookEndpointCheck } from '../services/doctor/webhook-endpoint-check.js';
import { createStripeGateway } from '../services/stripe/stripe-gateway.js';
import { systemClock } from '../utils/clock.js';
import { once } from '../utils/once.js';

/** A check, and each step towards a server, which ends before its check does. */
const CHECK_LIMIT_MS = 5000;
const STEP_LIMIT_MS = 4000;

export interface Diagnosis {
  /** False when a check failed; warnings do not count. */
  ok: boolean;
  checks: CheckResult[];
}

/** Looks at everything that `guichet serve` depends on. Changes nothing but a row that it removes again. */
export async function diagnose(environment: Environment): Promise<Diagnosis> {
  const settings = loadUsableConfig(environment);
  const { config } = settings;
  const connect = once(() => connectTo(settings));
  const ask = askStripe(settings);
  const readAccount = once(() => ask('/v1/account'));
  const listEndpoints = once(() => ask('/v1/webhook_endpoints?limit=100'));
  const endpoints = { publicUrl: config.server.publicUrl, apiBaseUrl: config.stripe.apiBaseUrl };
  const takesConnect = config.stripe.connectWebhookSecrets.length > 0;
  const checks = await runChecks(
    [
      configurationCheck(settings),
      ...databaseChecks(connect, STEP_LIMIT_MS),
      redisCheck(settings, STEP_LIMIT_MS),
      stripeKeyCheck(readAccount, config.stripe),
      clockCheck(readAccount),
      webhookSecretsCheck(settings),
      webhookEndpointCheck(listEndpoints, endpoints),
      connectWebhookSecretsCheck(settings),
      ...(takesConnect ? [connectEndpointCheck(listEndpoints, endpoints)] : []),
      gapFillCheck(connect, { intervalMs: config.stripe.gapFillIntervalMs, clock: systemClock }),
      checkoutPageCheck(settings),
      smtpCheck(settings, STEP_LIMIT_MS),
    ],
    CHECK_LIMIT_MS,
  );
  await connect().then(
    (database) => database.close(),
    () => undefined,
  );
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

/** A line for each check. */
export function linesOf({ checks }: Diagnosis): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, status, message, fix }) => {
    const line = `${status.padEnd(7)}  ${name.padEnd(width)}  ${message}`;
    return fix === undefined ? line : `${line}. Fix: ${fix}`;
  });
}

async function connectTo(settings: Settings): Promise<Database> {
  requireSettings(settings, 'MONGODB_URI');
  const { mongodb } = settings.config;
  const limited = {
    serverSelectionTimeoutMs: Math.min(mongodb.serverSelectionTimeoutMs, STEP_LIMIT_MS),
    socketTimeoutMs: Math.min(mongodb.socketTimeoutMs, STEP_LIMIT_MS),
    connectTimeoutMs: STEP_LIMIT_MS,
  };
  return connectDatabase({ ...mongodb, ...limited, uri: mongodb.uri ?? '' }).catch((error: unknown) => {
    throw new CheckFailure(
      `cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      'start MongoDB, or correct hosts, user and password in MONGODB_URI; Atlas must allow the address of this machine',
    );
  });
}

function askStripe(settings: Settings) {
  const { stripe } = settings.config;
  return async (path: string) => {
    requireSettings(settings, 'STRIPE_SECRET_KEY', 'STRIPE_MODE', 'STRIPE_API_BASE_URL');
    const { secretKey, mode } = stripe;
    if (secretKey === null || mode === null) throw new CheckFailure('not checked', 'set STRIPE_SECRET_KEY');
    const gateway = createStripeGateway(
      createStripe({ stripe: { ...stripe, secretKey, mode, confirmTimeoutMs: STEP_LIMIT_MS } }),
      systemClock,
    );
    return gateway.send({ method: 'GET', path, timeoutMs: Math.min(stripe.callTimeoutMs, STEP_LIMIT_MS) });
  };
}
