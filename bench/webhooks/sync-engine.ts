import { createRequire } from 'node:module';
import express from 'express';
import { WEBHOOK_SECRET } from './guichet.js';
import { listen } from './listen.js';
import { COMPARED, type Reader } from './oracle.js';
import { PLAIN_PATH } from './plain-routes.js';
import type { Running, Surroundings } from './targets.js';

interface SyncEngine {
  runMigrations(options: { databaseUrl: string; schema: string }): Promise<void>;
  StripeSync: new (options: {
    poolConfig: { connectionString: string; max: number };
    schema: string;
    stripeSecretKey: string;
    stripeWebhookSecret: string;
  }) => { processWebhook(body: Buffer, signature: string): Promise<void> };
}

interface Client {
  connect(): Promise<void>;
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

export const SYNC_ENGINE_FOLDER = new URL('sync-engine/', import.meta.url);
/** Its ESM build cannot find its own migrations. */
const load = createRequire(new URL('package.json', SYNC_ENGINE_FOLDER));
const SCHEMA = 'stripe';

/** stripe-sync-engine as its page shows it, behind Express: an event is applied before it is answered. */
export async function startSyncEngine({ postgresUrl }: Surroundings): Promise<Running> {
  const { StripeSync, runMigrations } = load('@supabase/stripe-sync-engine') as SyncEngine;
  const connectionString = postgresUrl ?? '';
  await runMigrations({ databaseUrl: connectionString, schema: SCHEMA });
  const sync = new StripeSync({
    poolConfig: { connectionString, max: 20 },
    schema: SCHEMA,
    stripeSecretKey: 'sk_test_bench',
    stripeWebhookSecret: WEBHOOK_SECRET,
  });
  const app = express();
  app.post(PLAIN_PATH, express.raw({ type: 'application/json' }), async (req, res) => {
    await sync.processWebhook(req.body as Buffer, String(req.headers['stripe-signature']));
    res.json({ received: true });
  });
  return listen(app);
}

/** Makes an empty database of the server at `url`; gives its own address. */
export async function createDatabase(url: string, name: string): Promise<string> {
  await withClient(url, (client) => client.query(`create database "${name}"`));
  const own = new URL(url);
  own.pathname = name;
  return own.href;
}

export function readerOfSyncEngine(url: string): Reader {
  return (kind, ids) =>
    withClient(url, async (client) => {
      const columns = COMPARED[kind].map((name) => `"${name}"`).join(', ');
      const text = `select id, ${columns} from "${SCHEMA}"."${kind}s" where id = any($1)`;
      const { rows } = await client.query(text, [ids]);
      return new Map(rows.map((row) => [String(row.id), COMPARED[kind].map((name) => asNumber(row[name]))]));
    });
}

/** `bigint` arrives as text. */
function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { Client } = load('pg') as { Client: new (options: { connectionString: string }) => Client };
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
