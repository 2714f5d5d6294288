import { z } from 'zod';
import { type CompleteConfig, ConfigError, type ConfigProblem, loadConfig } from '../config/env.js';
import { hostEventTypes } from '../domain/rows/outbox-message.js';
import type { GuichetOptions } from './options.js';

/** Which setting an option is; both are checked by the same rules. */
const SETTINGS: Readonly<Record<string, string>> = {
  'mongodb.uri': 'MONGODB_URI',
  'mongodb.dbName': 'MONGODB_DB_NAME',
  'mongodb.collectionPrefix': 'MONGODB_COLLECTION_PREFIX',
  'mongodb.maxPoolSize': 'MONGODB_MAX_POOL_SIZE',
  'redis.url': 'REDIS_URL',
  'redis.keyPrefix': 'REDIS_KEY_PREFIX',
  'stripe.secretKey': 'STRIPE_SECRET_KEY',
  'stripe.mode': 'STRIPE_MODE',
  'stripe.webhookSecrets': 'STRIPE_WEBHOOK_SECRETS',
  'stripe.connectWebhookSecrets': 'STRIPE_CONNECT_WEBHOOK_SECRETS',
  'stripe.accountId': 'STRIPE_ACCOUNT_ID',
  'stripe.apiBaseUrl': 'STRIPE_API_BASE_URL',
  'stripe.publishableKey': 'STRIPE_PUBLISHABLE_KEY',
  'stripe.jsUrl': 'STRIPE_JS_URL',
  'payments.returnUrl': 'PAYMENT_RETURN_URL',
  'payments.returnHosts': 'PAYMENT_RETURN_HOSTS',
  publicUrl: 'PUBLIC_URL',
  'jwt.issuer': 'JWT_ISSUER',
  'jwt.audience': 'JWT_AUDIENCE',
  'jwt.jwksUrl': 'JWT_JWKS_URL',
  'jwt.secret': 'JWT_SECRET',
  'receipts.sender': 'RECEIPTS',
  'receipts.smtpUrl': 'SMTP_URL',
  'receipts.from': 'MAIL_FROM',
  'receipts.merchantName': 'MERCHANT_NAME',
  trustProxy: 'TRUST_PROXY',
  corsOrigins: 'CORS_ORIGINS',
  logLevel: 'LOG_LEVEL',
  shutdownGraceMs: 'SHUTDOWN_GRACE_MS',
};

/** A host has its own mails and its own log: it asks for ours. */
const DEFAULTS = { RECEIPTS: 'off', LOG_LEVEL: 'warn' };

const text = z.string({ error: 'expected text' }).optional();
const texts = z.array(z.string(), { error: 'expected a list of texts' }).optional();
const wholeNumber = z.number({ error: 'expected a number' }).optional();
const callable = z
  .custom<(...args: never[]) => unknown>((value) => typeof value === 'function', {
    error: 'expected a function',
  })
  .optional();
const either = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `expected one of ${values.join(', ')}` }).optional();

/** Shapes alone: what values may be, and which must be there, is the settings' to say. */
const shape = z.strictObject({
  mongodb: z
    .strictObject({ uri: text, dbName: text, collectionPrefix: text, maxPoolSize: wholeNumber })
    .optional(),
  redis: z.strictObject({ url: text, keyPrefix: text }).optional(),
  stripe: z
    .strictObject({
      ...{ secretKey: text, mode: text, webhookSecrets: texts },
      ...{ connectWebhookSecrets: texts, accountId: text },
      ...{ apiBaseUrl: text, publishableKey: text, jsUrl: text },
    })
    .optional(),
  payments: z.strictObject({ returnUrl: text, returnHosts: texts }).optional(),
  publicUrl: text,
  authenticate: callable,
  jwt: z.strictObject({ issuer: text, audience: texts, jwksUrl: text, secret: text }).optional(),
  on: z.strictObject(Object.fromEntries(hostEventTypes.map((type) => [type, callable]))).optional(),
  worker: either(['in-process', 'none']),
  migrations: either(['run', 'check']),
  receipts: z.strictObject({ sender: text, smtpUrl: text, from: text, merchantName: text }).optional(),
  trustProxy: z.union([z.boolean(), z.number(), z.array(z.string())]).optional(),
  corsOrigins: texts,
  logLevel: text,
  shutdownGraceMs: wholeNumber,
  settings: z.record(z.string(), z.string()).optional(),
});

/**
 * The configuration that the options stand for, by the very rules of the environment. Throws a ConfigError that names
 * every wrong option at once, and repeats no value.
 */
export function readOptions(options: GuichetOptions): CompleteConfig {
  const parsed = shape.safeParse(options);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap(problemsOf));
  const { settings = {} } = options;
  const given = Object.entries(SETTINGS).flatMap(([path, name]) => {
    const value = valueAt(options, path);
    return value === undefined ? [] : [{ path, name, value: written(value) }];
  });
  const twice = given.filter(({ name }) => Object.hasOwn(settings, name));
  if (twice.length > 0) throw new ConfigError(twice.map(({ path, name }) => givenTwice(path, name)));
  const asked = { ...settings, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) };
  return loadWithPaths({ ...DEFAULTS, ...(asked.REDIS_URL === undefined && { REDIS: 'off' }), ...asked });
}

function loadWithPaths(settings: Record<string, string>): CompleteConfig {
  try {
    return loadConfig(settings, { command: 'serve' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map(inOptions));
  }
}

function inOptions({ name, message }: ConfigProblem): ConfigProblem {
  return {
    name: pathOf(name),
    message: message.replace(' by guichet serve', '').replace(/\b[A-Z][A-Z_]+\b/g, (word) => pathOf(word)),
  };
}

const PATHS = new Map(Object.entries(SETTINGS).map(([path, name]) => [name, path]));

function pathOf(name: string): string {
  return PATHS.get(name) ?? name;
}

function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [{ name: path, message: issue.message }];
  return issue.keys.map((key) => ({
    name: path === '' ? key : `${path}.${key}`,
    message: path === 'on' ? `is no event: there are ${hostEventTypes.join(', ')}` : 'is no option',
  }));
}

function givenTwice(path: string, name: string): ConfigProblem {
  return { name: `settings.${name}`, message: `is given as ${path} too: leave one out` };
}

function valueAt(options: GuichetOptions, path: string): unknown {
  let value: unknown = options;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function written(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
