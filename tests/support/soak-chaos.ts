import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '../../src/service.js';
import type { CrashSite } from './crash-site.js';
import type { RedisProxy } from './redis-proxy.js';
import type { ReplicaSet } from './replica-set.js';
import { pick, type Random, shuffled } from './seeded-random.js';
import type { ServiceProcess } from './service-process.js';

export interface Troubles {
  kills: number;
  stepDowns: number;
  redisOutages: number;
}

type Trouble = { is: 'kill'; role: Role } | { is: 'step down' } | { is: 'redis'; how: 'cut' | 'hang' };

export interface Planned {
  /** It strikes when Stripe has raised so many events. */
  afterEvents: number;
  trouble: Trouble;
}

const REDIS_AWAY_MS = 1500;
const START_AGAIN_MS = 500;
const FLEET: readonly Role[] = ['api', 'worker', 'worker'];

/** Between the first tenth of the events and the last, so that all of it meets work. The same for a seed. */
export function planTroubles(random: Random, events: number, counts: Troubles): Planned[] {
  const many = (count: number, trouble: () => Trouble) => Array.from({ length: count }, trouble);
  const troubles = shuffled(random, [
    ...many(counts.kills, () => ({ is: 'kill', role: pick(random, FLEET) })),
    ...many(counts.stepDowns, () => ({ is: 'step down' })),
    ...many(counts.redisOutages, () => ({ is: 'redis', how: pick(random, ['cut', 'hang'] as const) })),
  ]);
  const step = (0.8 * events) / Math.max(1, troubles.length);
  return troubles.map((trouble, index) => ({
    afterEvents: Math.floor(0.1 * events + step * (index + random())),
    trouble,
  }));
}

/** The processes of the service, as an orchestrator keeps them: what ends is started again. */
export class Fleet {
  private readonly running: { role: Role; process: ServiceProcess }[] = [];

  constructor(private readonly site: CrashSite) {}

  async start(): Promise<void> {
    for (const role of FLEET) this.running.push({ role, process: await this.startOne(role) });
  }

  async kill(role: Role, random: Random): Promise<void> {
    const victim = pick(
      random,
      this.running.filter((one) => one.role === role),
    );
    await victim.process.kill();
    victim.process = await this.startOne(role);
  }

  /** A database without a primary refuses it. */
  private async startOne(role: Role): Promise<ServiceProcess> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.site.start(role);
      } catch (error) {
        if (attempt === 20) throw error;
        await delay(START_AGAIN_MS);
      }
    }
  }
}

interface Scene {
  fleet: Fleet;
  replicaSet: ReplicaSet;
  redis: RedisProxy | null;
  random: Random;
}

/** Lets it strike; resolves when what was taken away is back. */
export async function strike(
  { trouble }: Planned,
  { fleet, replicaSet, redis, random }: Scene,
): Promise<string> {
  switch (trouble.is) {
    case 'kill':
      await fleet.kill(trouble.role, random);
      return `SIGKILL of the ${trouble.role}, started again`;
    case 'step down':
      return `the primary stepped down, now it is ${await replicaSet.stepDown()}`;
    case 'redis':
      redis?.[trouble.how]();
      await delay(REDIS_AWAY_MS);
      redis?.restore();
      return `Redis was away (${trouble.how}) for ${REDIS_AWAY_MS} ms`;
  }
}
