import { describeSettings, envSchema, type Settings } from './env-schema.js';
import { findConflicts, modeOfKey } from './find-conflicts.js';

/** Times in milliseconds, sizes in bytes; null where a setting is not given. */
export interface Config {
  server: {
    port: number;
    host: string;
    publicUrl: string | null;
    trustProxy: boolean | number | string[];
    corsOrigins: string[];
    bodyLimitBytes: number;
    webhookBodyLimitBytes: number;
    requestTimeoutMs: number;
    headersTimeoutMs: number;
    keepAliveTimeoutMs: number;
    shutdownGraceMs: number;
  };
  paths: { home: string; cache: string | null };
  logging: { level: Settings['LOG_LEVEL'] };
  mongodb: {
    uri: string | null;
    dbName: string;
    collectionPrefix: string;
    maxPoolSize: number;
    workerPoolSize: number;
    serverSelectionTimeoutMs: number;
    socketTimeoutMs: number;
    readMaxTimeMs: number;
    readConcern: Settings['MONGODB_READ_CONCERN'];
    writeConcern: 'majority' | number;
  };
  redis: {
    /** Null without Redis. */
    url: string | null;
    keyPrefix: string;
    commandTimeoutMs: number;
  };
  /** 0 for no limit. */
  limits: {
    apiKeyPerSecond: number;
    userPerMinute: number;
    anonymousPerMinute: number;
    /** In ten minutes, as the next. */
    declinesPerUser: number;
    declinesPerAddress: number;
    badSignaturesPerMinute: number;
  };
  stripe: {
    secretKey: string | null;
    mode: 'test' | 'live' | null;
    /** The newest first. */
    webhookSecrets: string[];
    /** Empty where no events of connected accounts are taken. */
    connectWebhookSecrets: string[];
    accountId: string | null;
    apiBaseUrl: string;
    callTimeoutMs: number;
    confirmTimeoutMs: number;
    timeBudgetMs: number;
    maxSockets: number;
    /** Of this process. */
    requestsPerSecond: number;
    breaker: { failures: number; openMs: number };
    /** 0: events that no webhook brought are not looked for. */
    gapFillIntervalMs: number;
  };
  payments: { returnUrl: string | null; returnHosts: string[] };
  /** Null where users' tokens are not taken. */
  jwt: JwtSettings | null;
  /** Null when the checkout page is off. */
  checkout: { publishableKey: string; jsUrl: string } | null;
  receipts: {
    sender: 'guichet' | 'stripe' | 'off';
    smtpUrl: string | null;
    from: string;
    merchantName: string;
  };
  alerts: { email: string | null };
}

/** Whose tokens are trusted, for whom they must be made, and what checks them. */
export interface JwtSettings {
  issuer: string;
  /** One of these. */
  audience: readonly string[];
  key: { type: 'jwks'; url: string } | { type: 'secret'; secret: string };
}

/** A configuration from which nothing is missing. */
export type CompleteConfig = Config & {
  mongodb: { uri: string };
  stripe: { secretKey: string; mode: 'test' | 'live' };
  payments: { returnUrl: string };
};

/** `message` says what is expected and never repeats the value. */
export interface ConfigProblem {
  name: string;
  message: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `  ${problem.name}: ${problem.message}`);
    super(`The configuration has ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every setting and reports everything that is wrong at once.
 *
 * `serve` requires what a service needs in production; `dev` leaves it null, for embedded parts to fill in.
 * Throws ConfigError.
 */
export function loadConfig(source: Environment, options: { command: 'serve' }): CompleteConfig;
export function loadConfig(source: Environment, options: { command: 'dev' }): Config;
export function loadConfig(source: Environment, options: { command: 'dev' | 'serve' }): Config {
  const given = withoutEmpty(source);
  const parsed = envSchema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => {
    return { name: String(issue.path[0]), message: issue.message };
  });
  const invalid = new Set(problems.map((problem) => problem.name));
  const missing = options.command === 'serve' ? missingToServe(given) : [];
  const others = [...missing, ...findConflicts(given)].filter((problem) => !invalid.has(problem.name));
  const all = [...problems, ...others];
  if (!parsed.success || all.length > 0) throw new ConfigError(all);
  return nest(parsed.data, options.command);
}

/** Narrows a configuration that embedded parts have completed. Throws ConfigError when something is still missing. */
export function requireComplete(config: Config): CompleteConfig {
  const values: [string, string | null][] = [
    ['MONGODB_URI', config.mongodb.uri],
    ['STRIPE_SECRET_KEY', config.stripe.secretKey],
    ['STRIPE_MODE', config.stripe.mode],
    ['STRIPE_WEBHOOK_SECRETS', config.stripe.webhookSecrets[0] ?? null],
    ['PAYMENT_RETURN_URL', config.payments.returnUrl],
  ];
  const problems = values.flatMap(([name, value]) =>
    value === null ? [{ name, message: 'is required' }] : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return config as CompleteConfig;
}

/** `NAME=` means unset, as it does in compose files; but an empty webhook secret would verify anything. */
function withoutEmpty(source: Environment): Environment {
  const given = Object.entries(source).filter(
    ([name, value]) => value !== '' || name === 'STRIPE_WEBHOOK_SECRETS',
  );
  return Object.fromEntries(given.map(([name, value]) => [name, value?.trim()]));
}

function missingToServe(source: Environment): ConfigProblem[] {
  const required: Partial<Record<keyof Settings, boolean>> = {
    REDIS_URL: source.REDIS !== 'off',
    SMTP_URL: (source.RECEIPTS ?? 'guichet') === 'guichet' || source.ALERT_EMAIL !== undefined,
    PUBLIC_URL: source.STRIPE_PUBLISHABLE_KEY !== undefined,
  };
  return describeSettings()
    .filter(({ name, requiredToServe }) => requiredToServe || required[name])
    .filter(({ name }) => source[name] === undefined)
    .map(({ name, example }) => {
      const why = REQUIRED_WHY[name] ?? '';
      return { name, message: `is required by guichet serve${why}, for example ${example}` };
    });
}

const REQUIRED_WHY: Partial<Record<keyof Settings, string>> = {
  REDIS_URL: ', unless REDIS=off',
  SMTP_URL: ', unless RECEIPTS is stripe or off and ALERT_EMAIL is unset',
  PUBLIC_URL: ' with STRIPE_PUBLISHABLE_KEY: the links to the checkout page begin with it',
};

function nest(settings: Settings, command: 'dev' | 'serve'): Config {
  const returnUrl = settings.PAYMENT_RETURN_URL ?? null;
  return {
    server: serverConfig(settings, command),
    paths: { home: settings.GUICHET_HOME, cache: settings.GUICHET_CACHE ?? null },
    logging: { level: settings.LOG_LEVEL },
    mongodb: mongodbConfig(settings),
    redis: redisConfig(settings),
    limits: limitsConfig(settings),
    stripe: stripeConfig(settings),
    payments: {
      returnUrl,
      returnHosts: settings.PAYMENT_RETURN_HOSTS ?? (returnUrl === null ? [] : [new URL(returnUrl).host]),
    },
    jwt: jwtConfig(settings),
    checkout:
      settings.STRIPE_PUBLISHABLE_KEY === undefined
        ? null
        : { publishableKey: settings.STRIPE_PUBLISHABLE_KEY, jsUrl: settings.STRIPE_JS_URL },
    receipts: {
      sender: settings.RECEIPTS,
      smtpUrl: settings.SMTP_URL ?? null,
      from: settings.MAIL_FROM,
      merchantName: settings.MERCHANT_NAME,
    },
    alerts: { email: settings.ALERT_EMAIL ?? null },
  };
}

/** Below what Stripe takes (25 and 100), which others of the account use too. */
const DEFAULT_REQUESTS_PER_SECOND = { test: 20, live: 80 };

function stripeConfig(settings: Settings): Config['stripe'] {
  const mode = settings.STRIPE_MODE ?? modeOfKey(settings.STRIPE_SECRET_KEY);
  return {
    secretKey: settings.STRIPE_SECRET_KEY ?? null,
    mode,
    webhookSecrets: settings.STRIPE_WEBHOOK_SECRETS ?? [],
    connectWebhookSecrets: settings.STRIPE_CONNECT_WEBHOOK_SECRETS ?? [],
    accountId: settings.STRIPE_ACCOUNT_ID ?? null,
    apiBaseUrl: settings.STRIPE_API_BASE_URL,
    callTimeoutMs: settings.STRIPE_CALL_TIMEOUT_MS,
    confirmTimeoutMs: settings.STRIPE_CONFIRM_TIMEOUT_MS,
    timeBudgetMs: settings.STRIPE_TIME_BUDGET_MS,
    maxSockets: settings.STRIPE_MAX_SOCKETS,
    requestsPerSecond: settings.STRIPE_REQUESTS_PER_SECOND ?? DEFAULT_REQUESTS_PER_SECOND[mode ?? 'test'],
    breaker: { failures: settings.STRIPE_BREAKER_FAILURES, openMs: settings.STRIPE_BREAKER_OPEN_MS },
    gapFillIntervalMs: settings.GAP_FILL_INTERVAL_SECONDS * 1000,
  };
}

/** `findConflicts` has seen that an issuer, an audience and one key come together. */
function jwtConfig(settings: Settings): JwtSettings | null {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: url, JWT_SECRET: secret } = settings;
  if (issuer === undefined || audience === undefined) return null;
  if (url !== undefined) return { issuer, audience, key: { type: 'jwks', url } };
  return secret === undefined ? null : { issuer, audience, key: { type: 'secret', secret } };
}

function serverConfig(settings: Settings, command: 'dev' | 'serve'): Config['server'] {
  return {
    port: settings.PORT,
    // A laptop is not a server: only the service listens to the network unasked.
    host: settings.HOST ?? (command === 'dev' ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: settings.PUBLIC_URL ?? null,
    trustProxy: settings.TRUST_PROXY,
    corsOrigins: settings.CORS_ORIGINS ?? [],
    bodyLimitBytes: settings.BODY_LIMIT_BYTES,
    webhookBodyLimitBytes: settings.WEBHOOK_BODY_LIMIT_BYTES,
    requestTimeoutMs: settings.SERVER_REQUEST_TIMEOUT_MS,
    headersTimeoutMs: settings.SERVER_HEADERS_TIMEOUT_MS,
    keepAliveTimeoutMs: settings.SERVER_KEEP_ALIVE_TIMEOUT_MS,
    shutdownGraceMs: settings.SHUTDOWN_GRACE_MS,
  };
}

function redisConfig(settings: Settings): Config['redis'] {
  return {
    url: settings.REDIS === 'off' ? null : (settings.REDIS_URL ?? null),
    keyPrefix: settings.REDIS_KEY_PREFIX,
    commandTimeoutMs: settings.REDIS_COMMAND_TIMEOUT_MS,
  };
}

function limitsConfig(settings: Settings): Config['limits'] {
  return {
    apiKeyPerSecond: settings.LIMIT_API_KEY_PER_SECOND,
    userPerMinute: settings.LIMIT_USER_PER_MINUTE,
    anonymousPerMinute: settings.LIMIT_ANONYMOUS_PER_MINUTE,
    declinesPerUser: settings.LIMIT_DECLINES_PER_USER,
    declinesPerAddress: settings.LIMIT_DECLINES_PER_ADDRESS,
    badSignaturesPerMinute: settings.LIMIT_BAD_SIGNATURES_PER_MINUTE,
  };
}

function mongodbConfig(settings: Settings): Config['mongodb'] {
  const writeConcern = settings.MONGODB_WRITE_CONCERN;
  return {
    uri: settings.MONGODB_URI ?? null,
    dbName: settings.MONGODB_DB_NAME,
    collectionPrefix: settings.MONGODB_COLLECTION_PREFIX,
    maxPoolSize: settings.MONGODB_MAX_POOL_SIZE,
    workerPoolSize: settings.MONGODB_WORKER_POOL_SIZE,
    serverSelectionTimeoutMs: settings.MONGODB_SERVER_SELECTION_TIMEOUT_MS,
    socketTimeoutMs: settings.MONGODB_SOCKET_TIMEOUT_MS,
    readMaxTimeMs: settings.MONGODB_READ_MAX_TIME_MS,
    readConcern: settings.MONGODB_READ_CONCERN,
    writeConcern: writeConcern === 'majority' ? 'majority' : Number(writeConcern),
  };
}
