import type { Config } from '../config/env.js';
import type { RedisConnection } from './connect.js';
import { type Counter, createCounter, createLimiter, type Limiter } from './limiter.js';

const MINUTE = 60;
const CARD_WINDOW = 10 * MINUTE;

/** Every limit, each null where it is off. */
export interface Limits {
  apiKey: Limiter | null;
  user: Limiter | null;
  anonymous: Limiter | null;
  badSignatures: Limiter | null;
  declines: { user: Counter | null; address: Counter | null };
}

export function createLimits(redis: RedisConnection | null, limits: Config['limits']): Limits {
  const limiter = (name: string, points: number, seconds: number) =>
    createLimiter(redis, { name, points, seconds });
  const counter = (name: string, points: number) =>
    createCounter(redis, { name, points, seconds: CARD_WINDOW });
  return {
    apiKey: limiter('api-key', limits.apiKeyPerSecond, 1),
    user: limiter('user', limits.userPerMinute, MINUTE),
    anonymous: limiter('anonymous', limits.anonymousPerMinute, MINUTE),
    badSignatures: limiter('bad-signatures', limits.badSignaturesPerMinute, MINUTE),
    declines: {
      user: counter('declines-user', limits.declinesPerUser),
      address: counter('declines-address', limits.declinesPerAddress),
    },
  };
}
