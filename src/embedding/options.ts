import type { IncomingMessage } from 'node:http';
import type { Scope } from '../domain/rows/api-key.js';
import type { HostEventHandlers } from './host-event.js';

/** Who asks, as the host knows it. */
export interface HostPrincipal {
  /** The user whose objects alone may be seen and changed; null for the host's own servers and staff. */
  userId: string | null;
  scopes: readonly Scope[];
}

/** What `createGuichet` is told. Nothing is read from the environment. */
export interface GuichetOptions {
  mongodb: {
    /** A replica set. */
    uri: string;
    /** Default: `guichet`. */
    dbName?: string;
    /** Begins the name of every collection. Default: `guichet_`. */
    collectionPrefix?: string;
    maxPoolSize?: number;
  };
  /** Shares limits and cache between the host's processes. Default: no Redis. */
  redis?: { url?: string; keyPrefix?: string };
  stripe: {
    secretKey: string;
    /** Must match the key: nobody charges real cards by accident. */
    mode: 'test' | 'live';
    /** The newest first; two while one is being rotated. */
    webhookSecrets: string[];
    /** Of the endpoint for connected accounts. Default: none are taken. */
    connectWebhookSecrets?: string[];
    accountId?: string;
    apiBaseUrl?: string;
    /** Turns the checkout page on, with `publicUrl`. */
    publishableKey?: string;
    jsUrl?: string;
  };
  payments: {
    /** Where the customer comes back to after 3DS or a redirect. */
    returnUrl: string;
    /** Default: the host of `returnUrl`. */
    returnHosts?: string[];
  };
  /** Where the router is mounted, as browsers reach it: `https://shop.example.com/pay`. */
  publicUrl?: string;
  /**
   * Says who sent a request; null for nobody (401). Without it the router takes API keys, and users' tokens of `jwt`, as
   * the service does.
   */
  authenticate?(
    req: IncomingMessage,
  ): HostPrincipal | null | undefined | Promise<HostPrincipal | null | undefined>;
  jwt?: { issuer: string; audience: string[]; jwksUrl?: string; secret?: string };
  /** Called by the worker, at least once for each event, with the key by which a repetition can be told. */
  on?: HostEventHandlers;
  /** `none` where another process of the host runs the worker. Default: `in-process`. */
  worker?: 'in-process' | 'none';
  /** `check` where `guichet migrate up` runs before a release. Default: `run`, under a lock, before anything else. */
  migrations?: 'run' | 'check';
  /** Default: no receipts. */
  receipts?: {
    sender?: 'guichet' | 'stripe' | 'off';
    smtpUrl?: string;
    from?: string;
    merchantName?: string;
  };
  /** Default: the host's own setting, by its `req.ip`. */
  trustProxy?: boolean | number | string[];
  corsOrigins?: string[];
  /** Default: `warn`. */
  logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** How long `close` waits for what is under way. Default: 30 s. */
  shutdownGraceMs?: number;
  /** Any other setting by its name in `.env.example`: `{ STRIPE_CALL_TIMEOUT_MS: '5000' }`. */
  settings?: Readonly<Record<string, string>>;
}
