import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisConnection } from './connect.js';

/** So many in so many seconds, from the first of them on. */
export interface Limit {
  /** Part of the keys, and what clients are told that it is called. */
  name: string;
  /** 0: no limit. */
  points: number;
  seconds: number;
}

export interface Allowance {
  allowed: boolean;
  remaining: number;
  /** Whole seconds until all is allowed again. */
  resetSeconds: number;
}

export interface Limiter {
  limit: Limit;
  /** Counts one. Never rejects: what cannot be counted is allowed. */
  take(key: string): Promise<Allowance>;
}

export interface Counter {
  limit: Limit;
  /** Counts what is called `what`, once however often it is told. Never rejects. */
  count(key: string, what: string): Promise<void>;
  /** Never rejects. */
  read(key: string): Promise<{ count: number; resetSeconds: number }>;
}

/** Over all processes by Redis, and per process from the moment it is away. Null for no limit. */
export function createLimiter(redis: RedisConnection | null, limit: Limit): Limiter | null {
  if (limit.points === 0) return null;
  const local = new RateLimiterMemory(optionsOf(limit));
  const shared = redis && openShared(redis, limit, local);
  return {
    limit,
    async take(key) {
      const limiter = shared && redis.usable() ? shared : local;
      try {
        return { allowed: true, ...restOf(await limiter.consume(key)) };
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return { allowed: false, ...restOf(refusal) };
        return { allowed: true, remaining: limit.points, resetSeconds: limit.seconds };
      }
    },
  };
}

/**
 * For what must not open up when Redis goes: what this process counted counts here too, from the start, so that whoever
 * it has stopped stays stopped. Null for no limit.
 */
export function createCounter(redis: RedisConnection | null, limit: Limit): Counter | null {
  if (limit.points === 0) return null;
  const told = { ...limit, name: `${limit.name}-told` };
  const local = new RateLimiterMemory(optionsOf(limit));
  const localTold = new RateLimiterMemory(optionsOf(told));
  const shared = redis && openShared(redis, limit);
  const sharedTold = redis && openShared(redis, told);
  return {
    limit,
    async count(key, what) {
      if ((await localTold.penalty(what)).consumedPoints === 1) await local.penalty(key);
      if (!shared || !sharedTold || !redis.usable()) return;
      await sharedTold
        .penalty(what)
        .then(({ consumedPoints }) => (consumedPoints === 1 ? shared.penalty(key) : null))
        .catch(() => undefined);
    },
    async read(key) {
      const everywhere = shared && redis.usable() ? await shared.get(key).catch(() => null) : null;
      const found = [await local.get(key), everywhere].map((seen) => {
        const { consumedPoints = 0, msBeforeNext = 0 } = seen ?? {};
        // A transaction that Redis did not answer has no numbers.
        return Number.isFinite(consumedPoints)
          ? { count: consumedPoints, resetSeconds: secondsOf(msBeforeNext) }
          : { count: 0, resetSeconds: 0 };
      });
      return found.reduce((most, each) => (each.count > most.count ? each : most));
    },
  };
}

function openShared(redis: RedisConnection, limit: Limit, insuranceLimiter?: RateLimiterMemory) {
  return new RateLimiterRedis({
    ...optionsOf(limit),
    storeClient: redis.client,
    rejectIfRedisNotReady: true,
    ...(insuranceLimiter && { insuranceLimiter }),
  });
}

function optionsOf({ name, points, seconds }: Limit) {
  return { keyPrefix: `limit:${name}`, points, duration: seconds };
}

function restOf({ remainingPoints, msBeforeNext }: RateLimiterRes) {
  return { remaining: remainingPoints, resetSeconds: secondsOf(msBeforeNext) };
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
