import { z } from 'zod';
import { limitSettings } from './limit-settings.js';
import { redisSettings } from './redis-settings.js';
import { optional, preset, type SettingInfo } from './setting.js';
import { httpUrl, integer, isHost, isOrigin, listOf, matching, oneOf, trustProxy } from './setting-types.js';
import { stripeLimits } from './stripe-limit-settings.js';
import { syncSettings } from './sync-settings.js';
import { userTokens } from './user-token-settings.js';

const hosts = listOf(isHost, 'host names');

const server = {
  PORT: preset(integer(0, 65_535), '3000', {
    group: 'Server',
    description: 'Port of the API; 0 takes a free one.',
  }),
  HOST: optional(matching(/^[\w.:-]+$/, 'a host name or an IP address'), {
    group: 'Server',
    description: 'Address that the API listens on. Default: 0.0.0.0, and 127.0.0.1 for `guichet dev`.',
    example: '0.0.0.0',
  }),
  PUBLIC_URL: optional(httpUrl(), {
    group: 'Server',
    description: 'Where customers and Stripe reach the service; used in links.',
    example: 'https://pay.example.com',
  }),
  TRUST_PROXY: preset(trustProxy(), 'false', {
    group: 'Server',
    description: 'Which proxies may name the client address: true, false, a number of hops, or subnets.',
    example: 'loopback, 10.0.0.0/8',
  }),
  CORS_ORIGINS: optional(listOf(isOrigin, 'origins such as https://shop.example.com (no path, no *)'), {
    group: 'Server',
    description: 'Web origins that may call the API from a browser. Default: none.',
    example: 'https://shop.example.com, https://admin.example.com',
  }),
  BODY_LIMIT_BYTES: preset(integer(1024, 10_000_000), '100000', {
    group: 'Server',
    description: 'Largest request body of the API, in bytes.',
  }),
  WEBHOOK_BODY_LIMIT_BYTES: preset(integer(100_000, 16_000_000), '2000000', {
    group: 'Server',
    description: 'Largest webhook body, in bytes. Stripe sends events of several hundred kilobytes.',
  }),
  SERVER_REQUEST_TIMEOUT_MS: preset(integer(1000, 600_000), '60000', {
    group: 'Server',
    description: 'Time for a request to arrive completely.',
  }),
  SERVER_HEADERS_TIMEOUT_MS: preset(integer(1000, 600_000), '15000', {
    group: 'Server',
    description: 'Time for the headers of a request to arrive; at most SERVER_REQUEST_TIMEOUT_MS.',
  }),
  SERVER_KEEP_ALIVE_TIMEOUT_MS: preset(integer(0, 600_000), '65000', {
    group: 'Server',
    description:
      'How long an idle connection stays open. Longer than the load balancer keeps it, or it sees 502.',
  }),
  SHUTDOWN_GRACE_MS: preset(integer(0, 600_000), '30000', {
    group: 'Server',
    description: 'How long a stop waits for requests and batches that are under way.',
  }),
};

const filesAndLogs = {
  GUICHET_HOME: preset(z.string(), '.guichet', {
    group: 'Files and logs',
    description: 'Folder of `guichet dev`: embedded data, mail, dev.json.',
  }),
  GUICHET_CACHE: optional(z.string(), {
    group: 'Files and logs',
    description: 'Folder for downloaded programs. Default: guichet in the cache folder of the user.',
    example: '/var/cache/guichet',
  }),
  LOG_LEVEL: preset(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info', {
    group: 'Files and logs',
    description: 'Least important log line that is written.',
  }),
};

const mongodb = {
  MONGODB_URI: optional(
    matching(/^mongodb(\+srv)?:\/\/\S+$/, 'a URI that begins with mongodb:// or mongodb+srv://'),
    {
      group: 'MongoDB',
      description: 'A replica set (transactions need one). Unset, `guichet dev` starts its own.',
      example: 'mongodb://localhost:27017/?replicaSet=rs0',
      requiredToServe: true,
    },
  ),
  MONGODB_DB_NAME: preset(matching(/^[\w-]{1,38}$/, 'up to 38 letters, digits, _ and -'), 'guichet', {
    group: 'MongoDB',
    description: 'Name of the database.',
  }),
  MONGODB_COLLECTION_PREFIX: preset(
    matching(/^[a-z0-9_]{0,30}$/, 'lower-case letters, digits and _'),
    'guichet_',
    {
      group: 'MongoDB',
      description: 'Begins the name of every collection, so that a database can be shared.',
    },
  ),
  MONGODB_MAX_POOL_SIZE: preset(integer(1, 500), '50', {
    group: 'MongoDB',
    description: 'Connections of an API process.',
  }),
  MONGODB_WORKER_POOL_SIZE: preset(integer(2, 500), '10', {
    group: 'MongoDB',
    description: 'Connections of a worker.',
  }),
  MONGODB_SERVER_SELECTION_TIMEOUT_MS: preset(integer(100, 60_000), '3000', {
    group: 'MongoDB',
    description: 'How long an operation looks for a server before it fails.',
  }),
  MONGODB_SOCKET_TIMEOUT_MS: preset(integer(1000, 300_000), '20000', {
    group: 'MongoDB',
    description: 'How long a silent connection is waited for.',
  }),
  MONGODB_READ_MAX_TIME_MS: preset(integer(100, 60_000), '2000', {
    group: 'MongoDB',
    description: 'Longest read of an API request.',
  }),
  MONGODB_READ_CONCERN: preset(oneOf(['majority', 'local', 'linearizable']), 'majority', {
    group: 'MongoDB',
    description: 'Read concern. Below majority, a read may show what a failover takes back.',
  }),
  MONGODB_WRITE_CONCERN: preset(
    matching(/^(majority|[1-9])$/, 'majority or a number of members'),
    'majority',
    {
      group: 'MongoDB',
      description:
        'Write concern. Below majority, a failover may lose an acknowledged write; intake ignores it.',
    },
  ),
};

const stripe = {
  STRIPE_SECRET_KEY: optional(
    matching(/^(sk|rk)_(test|live)_\S+$/, 'a key that begins with sk_test_, rk_test_, sk_live_ or rk_live_'),
    {
      group: 'Stripe',
      description: 'Secret or restricted key. Unset, `guichet dev` starts a local sandbox.',
      example: 'rk_test_replace_me',
      requiredToServe: true,
    },
  ),
  STRIPE_MODE: optional(oneOf(['test', 'live']), {
    group: 'Stripe',
    description: 'Must match the key: nobody charges real cards by accident.',
    example: 'test',
    requiredToServe: true,
  }),
  STRIPE_WEBHOOK_SECRETS: optional(
    listOf((entry) => /^whsec_\S+$/.test(entry), 'secrets that begin with whsec_'),
    {
      group: 'Stripe',
      description:
        'Signing secrets of the webhook endpoint, the newest first; two while one is being rotated.',
      example: 'whsec_replace_me',
      requiredToServe: true,
    },
  ),
  STRIPE_CONNECT_WEBHOOK_SECRETS: optional(
    listOf((entry) => /^whsec_\S+$/.test(entry), 'secrets that begin with whsec_'),
    {
      group: 'Stripe',
      description:
        'Signing secrets of the webhook endpoint for connected accounts, as the ones above. Unset, its path is off.',
      example: 'whsec_replace_me_too',
    },
  ),
  STRIPE_ACCOUNT_ID: optional(matching(/^acct_\w+$/, 'an id that begins with acct_'), {
    group: 'Stripe',
    description: 'The account of the key. Default: asked from Stripe at start.',
    example: 'acct_1032D82eZvKYlo2C',
  }),
  STRIPE_API_BASE_URL: preset(httpUrl(), 'https://api.stripe.com', {
    group: 'Stripe',
    description: 'Where the Stripe API is; a sandbox for tests.',
  }),
  STRIPE_PUBLISHABLE_KEY: optional(
    matching(/^pk_(test|live)_\S+$/, 'a key that begins with pk_test_ or pk_live_'),
    {
      group: 'Stripe',
      description:
        'Publishable key of the same account, for the checkout page. Unset, the page is off; set, it needs PUBLIC_URL.',
      example: 'pk_test_replace_me',
    },
  ),
  STRIPE_JS_URL: preset(httpUrl(), 'https://js.stripe.com/v3/', {
    group: 'Stripe',
    description: 'Where the checkout page loads Stripe.js from; a sandbox for tests.',
  }),
  STRIPE_CALL_TIMEOUT_MS: preset(integer(100, 80_000), '10000', {
    group: 'Stripe',
    description: 'Longest single call.',
  }),
  STRIPE_CONFIRM_TIMEOUT_MS: preset(integer(100, 80_000), '20000', {
    group: 'Stripe',
    description: 'Longest confirm, which waits for the bank.',
  }),
  STRIPE_TIME_BUDGET_MS: preset(integer(100, 120_000), '25000', {
    group: 'Stripe',
    description: 'All attempts of one operation together; less than the load balancer waits.',
  }),
  STRIPE_MAX_SOCKETS: preset(integer(1, 1000), '64', {
    group: 'Stripe',
    description: 'Connections to Stripe of one process.',
  }),
};

const paymentsAndReceipts = {
  PAYMENT_RETURN_URL: optional(httpUrl(), {
    group: 'Payments',
    description: 'Where the customer comes back to after 3DS or a redirect.',
    example: 'https://shop.example.com/checkout/return',
    requiredToServe: true,
  }),
  PAYMENT_RETURN_HOSTS: optional(hosts, {
    group: 'Payments',
    description: 'Hosts that a request may name as its return URL. Default: the host of PAYMENT_RETURN_URL.',
    example: 'shop.example.com, www.example.com',
  }),
  RECEIPTS: preset(oneOf(['guichet', 'stripe', 'off']), 'guichet', {
    group: 'Receipts',
    description: 'Who sends receipts: this service, Stripe, or nobody.',
  }),
  SMTP_URL: optional(matching(/^smtps?:\/\/\S+$/, 'a URL that begins with smtp:// or smtps://'), {
    group: 'Receipts',
    description:
      'Mail server; required by `guichet serve` while RECEIPTS=guichet. Unset, `guichet dev` writes files.',
    example: 'smtps://user:password@mail.example.com:465',
  }),
  MAIL_FROM: preset(
    matching(/^[^\r\n]*@[^\r\n]+$/, 'a mail address, with or without a name'),
    'Receipts <receipts@localhost>',
    {
      group: 'Receipts',
      description: 'Sender of the receipts.',
      example: 'Example Shop <receipts@example.com>',
    },
  ),
  MERCHANT_NAME: preset(matching(/^[^\r\n]{1,80}$/, 'up to 80 characters on one line'), 'Guichet', {
    group: 'Receipts',
    description: 'The name on the receipts.',
    example: 'Example Shop',
  }),
};

const alerts = {
  ALERT_EMAIL: optional(matching(/^[^\s@,;<>]+@[^\s@,;<>]+$/, 'one mail address'), {
    group: 'Alerts',
    description:
      'Who is told by mail what a person must look at; `guichet serve` then requires SMTP_URL. Default: the log alone.',
    example: 'payments-team@example.com',
  }),
};

/** Every setting, by its name in the environment. `.env.example` is generated from it. */
export const envSchema = z.object({
  ...server,
  ...filesAndLogs,
  ...mongodb,
  ...redisSettings,
  ...limitSettings,
  ...stripe,
  ...stripeLimits,
  ...syncSettings,
  ...userTokens,
  ...paymentsAndReceipts,
  ...alerts,
});

export type Settings = z.output<typeof envSchema>;

/** Name and description of every setting, in the order of `.env.example`. */
export function describeSettings(): (SettingInfo & { name: keyof Settings })[] {
  return Object.entries(envSchema.shape).map(([name, schema]) => {
    return { ...(schema.meta() as unknown as SettingInfo), name: name as keyof Settings };
  });
}
