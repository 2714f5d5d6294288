import { createHmac, timingSafeEqual } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { RedisConnection } from './connect.js';

export interface CachedKind<T> {
  /** Of what is cached, as part of the keys: `prices`. */
  name: string;
  /** Raised when the shape of the values changes: what another release wrote is then never read. */
  version: number;
  /** How old a value may be, counted from before it was read where it comes from. */
  ttlMs: number;
  /** Reads one where it comes from. Null, for what is not there, is not kept. */
  load(key: string): Promise<T | null>;
}

export interface CachedRead<T> {
  /** From Redis, else by `load`. Those who ask for one key at the same time share one load. Throws what `load` throws. */
  get(key: string): Promise<T | null>;
  /** After a change. Where Redis is away, what it keeps is read for `ttlMs` more at most. */
  forget(key: string): Promise<void>;
}

export interface Cache {
  /** Values must survive a structured clone: plain objects, arrays, dates. */
  cached<T>(kind: CachedKind<T>): CachedRead<T>;
}

const SEAL_BYTES = 32;

/**
 * Keeps in Redis what changes slowly. It fails open: without Redis, or with what cannot be read there, every `get` is a
 * load. Each value is sealed with `secret` together with its key, so that whoever writes to Redis, or another deployment
 * that shares it, can make nobody believe anything.
 */
export function createCache(redis: RedisConnection | null, secret: string): Cache {
  return {
    cached<T>({ name, version, ttlMs, load }: CachedKind<T>): CachedRead<T> {
      const store = redis && createStore<T>(redis, { secret, space: `cache:${name}:v${version}`, ttlMs });
      const loads = new Map<string, Promise<T | null>>();
      const loadOnce = (key: string): Promise<T | null> => {
        const underWay = loads.get(key);
        if (underWay) return underWay;
        const since = performance.now();
        const loading = load(key)
          .then((value) => {
            if (value !== null && loads.get(key) === loading) store?.put(key, value, since);
            return value;
          })
          .finally(() => {
            if (loads.get(key) === loading) loads.delete(key);
          });
        loads.set(key, loading);
        return loading;
      };
      return {
        get: async (key) => (await store?.read(key)) ?? loadOnce(key),
        async forget(key) {
          // A load that is under way may have read what was there before the change.
          loads.delete(key);
          await store?.remove(key);
        },
      };
    },
  };
}

interface StoreOptions {
  secret: string;
  space: string;
  ttlMs: number;
}

/** Never rejects: what Redis cannot do is not done. */
function createStore<T>(redis: RedisConnection, { secret, space, ttlMs }: StoreOptions) {
  const keyOf = (key: string) => `${space}:${key}`;
  const sealOf = (key: string, bytes: Buffer) =>
    createHmac('sha256', secret)
      .update(`${keyOf(key)}\n`)
      .update(bytes)
      .digest();
  return {
    async read(key: string): Promise<T | null> {
      if (!redis.usable()) return null;
      const sealed = await redis.client.getBuffer(keyOf(key)).catch(() => null);
      if (sealed === null || sealed.length <= SEAL_BYTES) return null;
      const bytes = sealed.subarray(SEAL_BYTES);
      if (!timingSafeEqual(sealed.subarray(0, SEAL_BYTES), sealOf(key, bytes))) return null;
      return deserialize(bytes) as T;
    },
    put(key: string, value: T, since: number): void {
      const left = Math.floor(ttlMs - (performance.now() - since));
      if (left <= 0 || !redis.usable()) return;
      const bytes = serialize(value);
      const sealed = Buffer.concat([sealOf(key, bytes), bytes]);
      redis.client.set(keyOf(key), sealed, 'PX', left).catch(() => undefined);
    },
    async remove(key: string): Promise<void> {
      if (redis.usable()) await redis.client.del(keyOf(key)).catch(() => undefined);
    },
  };
}
