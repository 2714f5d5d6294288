import type { Database } from '../../db/connect.js';
import { missingUniqueIndexes } from '../../repositories/indexes.js';
import { openStores } from '../../repositories/stores.js';
import type { StripeGateway } from '../stripe/stripe-gateway.js';

type Check = { ok: boolean; detail?: string };

const PING_MAX_MS = 2000;

/**
 * Whether this process can do its work now: MongoDB is writable, a replica set, and has its unique indexes. Whether
 * Stripe answers is told and does not count: webhooks are taken in and payments are read without it.
 */
export function createReadiness(database: Database, gateway: Pick<StripeGateway, 'pauseMs'>) {
  const stores = openStores(database);
  return async (): Promise<{ ok: boolean; checks: Record<string, Check> }> => {
    const mongodb = await check(async () => {
      const hello = await database.client.db('admin').command({ hello: 1, maxTimeMS: PING_MAX_MS });
      if (!hello.isWritablePrimary) return 'MongoDB has no primary that takes writes';
      return hello.setName || hello.msg === 'isdbgrid'
        ? null
        : 'MongoDB is a standalone server; start it with --replSet';
    });
    const indexes = await check(async () => {
      const missing = await missingUniqueIndexes(stores);
      return missing.length === 0 ? null : `Run guichet migrate up: ${missing.join(', ')}`;
    });
    const stripe = stripeCheck(gateway.pauseMs());
    return { ok: mongodb.ok && indexes.ok, checks: { mongodb, indexes, stripe } };
  };
}

function stripeCheck(pauseMs: number): Check {
  if (pauseMs === 0) return { ok: true };
  return { ok: false, detail: `Stripe does not answer; it is tried again in ${Math.ceil(pauseMs / 1000)} s` };
}

async function check(problem: () => Promise<string | null>): Promise<Check> {
  try {
    const detail = await problem();
    return detail === null ? { ok: true } : { ok: false, detail };
  } catch {
    return { ok: false, detail: 'MongoDB cannot be reached' };
  }
}
