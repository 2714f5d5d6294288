import { setTimeout as delay } from 'node:timers/promises';
import { type CrashSite, startCrashSite } from './crash-site.js';
import { eventually } from './eventually.js';
import { sharedRedis } from './redis.js';
import { type RedisProxy, startRedisProxy } from './redis-proxy.js';
import { startReplicaSet } from './replica-set.js';
import { seededRandom } from './seeded-random.js';
import { auditSoak, type Verdict } from './soak-audit.js';
import { Fleet, planTroubles, strike, type Troubles } from './soak-chaos.js';
import { type Bought, buy, stripeAt } from './soak-purchases.js';

export interface SoakOptions extends Troubles {
  /** Purchases begin until Stripe has raised so many. */
  events: number;
  seed: number;
  /** Told of each trouble. */
  say(line: string): void;
}

export interface SoakReport extends Verdict {
  /** A row of the printed table each. */
  figures: Record<string, number>;
}

const SHOPPERS_AT_ONCE = 6;
const RETRY_MS = 500;
const POLL_MS = 50;
const SETTLED_WITHIN_MS = 180_000;

/**
 * The service as processes, a three-node replica set and a Redis, under purchases whose events come twice and out of
 * order, while processes are killed, primaries step down and Redis goes away; at the end everything that we hold is held
 * against everything that Stripe holds.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const redisUrl = await sharedRedis();
  const replicaSet = await startReplicaSet();
  const redis = redisUrl === null ? null : await startRedisProxy(redisUrl);
  try {
    const site = await startCrashSite({
      // Its proxy speaks to one member and cannot follow a primary: nobody uses it here.
      mongod: replicaSet,
      environment: {
        ...{ MONGODB_URI: replicaSet.uri, MONGODB_MAX_POOL_SIZE: '50' },
        ...(redis === null ? {} : { REDIS_URL: redis.url }),
      },
      webhookRetryDelaysMs: Array.from({ length: 2000 }, () => RETRY_MS),
    });
    try {
      return await soakAt(site, { replicaSet, redis }, options);
    } finally {
      await site.stop();
    }
  } finally {
    await redis?.stop();
    await replicaSet.stop();
  }
}

type Ground = { replicaSet: Awaited<ReturnType<typeof startReplicaSet>>; redis: RedisProxy | null };

async function soakAt(site: CrashSite, ground: Ground, options: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(options.seed);
  const troubles = { ...options, redisOutages: ground.redis === null ? 0 : options.redisOutages };
  const plan = planTroubles(random, options.events, troubles);
  const fleet = new Fleet(site);
  await fleet.start();
  site.sandbox.control.deliveries.set({ duplicate: 1, reorder: true });
  await site.deliverWebhooks();
  const startedAt = performance.now();
  const raised = () => site.sandbox.control.events().length;
  const chaos = async () => {
    for (const planned of plan) {
      while (raised() < planned.afterEvents) await delay(POLL_MS);
      const what = await strike(planned, { fleet, random, ...ground });
      options.say(`${raised()} events: ${what}`);
    }
  };
  const [bought] = await Promise.all([shop(site, options), chaos()]);
  await settled(site);
  const seconds = (performance.now() - startedAt) / 1000;
  const verdict = await auditSoak(site, bought);
  return { ...verdict, figures: figuresOf(site, { ...troubles, seconds, purchases: bought.length }) };
}

async function shop(site: CrashSite, { events, seed }: SoakOptions): Promise<Bought[]> {
  const stripe = stripeAt(site);
  const bought: Bought[] = [];
  let begun = 0;
  const shopper = async () => {
    while (site.sandbox.control.events().length < events) {
      begun += 1;
      const number = begun;
      bought.push(
        await buy(site, stripe, { mark: `shopper-${number}`, random: seededRandom(seed + number) }),
      );
    }
  };
  await Promise.all(Array.from({ length: SHOPPERS_AT_ONCE }, shopper));
  return bought;
}

/** Every event was delivered, and nobody has anything left to do. */
async function settled(site: CrashSite): Promise<void> {
  await site.sandbox.idle();
  for (const queue of ['webhook_events', 'operations', 'outbox_messages']) {
    const due = () => site.rows(queue).countDocuments({ dueAt: { $exists: true } }, { hint: '_id_' });
    await eventually(due, (count) => count === 0, SETTLED_WITHIN_MS);
  }
}

function figuresOf(
  site: CrashSite,
  { kills, stepDowns, redisOutages, purchases, seconds }: Troubles & { purchases: number; seconds: number },
): Record<string, number> {
  const events = site.sandbox.control.events().length;
  const deliveries = site.sandbox.control.deliveries.list();
  const attempts = deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0);
  const errors = site.processes.flatMap(({ logs }) => logs).filter(({ level }) => level === 'error');
  return {
    events,
    purchases,
    kills,
    'step-downs of the primary': stepDowns,
    'Redis outages': redisOutages,
    // Each attempt sends two copies.
    'duplicates sent': attempts,
    'deliveries tried again': attempts - deliveries.length,
    'errors logged': errors.length,
    seconds: Math.round(seconds),
    'events/s': Math.round(events / seconds),
  };
}

/** As a table of Markdown. */
export function tellSoak({ figures, lost, doubled, wrong, brokenAudits }: SoakReport): string {
  const found = {
    lost: lost.length,
    doubled: doubled.length,
    'wrong states': wrong.length,
    'broken audit chains': brokenAudits.length,
  };
  const lines = Object.entries({ ...figures, ...found }).map(([name, value]) => `| ${name} | ${value} |`);
  return ['| | |', '| --- | ---: |', ...lines].join('\n');
}
