import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../../tests/support/eventually.js';
import { redisOrSkip } from '../../tests/support/redis.js';
import { type RedisProxy, startRedisProxy } from '../../tests/support/redis-proxy.js';
import { createLogger } from '../observability/logger.js';
import { newId } from '../utils/ids.js';
import { type Cache, createCache } from './cache.js';
import { connectRedis, type RedisConnection } from './connect.js';

interface Price {
  id: string;
  unitAmount: number;
  validFrom: Date;
}

const COMMAND_TIMEOUT_MS = 400;

describe('the cache in Redis', () => {
  let proxy: RedisProxy;
  const keyPrefix = `test_cache_${newId('req')}:`;
  const open: RedisConnection[] = [];
  const logs: string[] = [];
  before(async function () {
    proxy = await startRedisProxy(await redisOrSkip(this));
  });
  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
    proxy.restore();
  });
  after(() => proxy?.stop());

  /** A process with a connection of its own. */
  async function connected(secret = 'secret'): Promise<{ redis: RedisConnection; cache: Cache }> {
    const logger = createLogger({ level: 'info' }, { write: (line: string) => void logs.push(line) });
    const settings = { url: proxy.url, keyPrefix, commandTimeoutMs: COMMAND_TIMEOUT_MS };
    const redis = connectRedis(settings, logger);
    open.push(redis);
    await eventually(() => redis.usable(), Boolean);
    return { redis, cache: createCache(redis, secret) };
  }

  /** What is loaded, counted, with a name of its own. */
  function prices(cache: Cache, { name = newId('req'), version = 1, ttlMs = 60_000 } = {}) {
    let loads = 0;
    const load = async (id: string): Promise<Price | null> => {
      loads += 1;
      await delay(20);
      return id === 'price_none' ? null : { id, unitAmount: loads, validFrom: new Date(0) };
    };
    return { name, loads: () => loads, ...cache.cached<Price>({ name, version, ttlMs, load }) };
  }

  /** A write is not waited for. */
  const stored = async (redis: RedisConnection, name: string, key: string) =>
    eventually(() => redis.client.exists(`cache:${name}:v1:${key}`), Boolean);

  it('loads once for all who ask at a time, and once for every process until it is too old', async () => {
    const [one, other] = [await connected(), await connected()];
    const first = prices(one.cache, { ttlMs: 300 });
    const found = await Promise.all([first.get('price_1'), first.get('price_1'), first.get('price_1')]);
    expect(found[2]).to.deep.equal({ id: 'price_1', unitAmount: 1, validFrom: new Date(0) });
    await stored(one.redis, first.name, 'price_1');
    const second = prices(other.cache, { name: first.name, ttlMs: 300 });
    expect(await second.get('price_1')).to.deep.equal(found[0]);
    expect([first.loads(), second.loads()]).to.deep.equal([1, 0]);
    await eventually(
      async () => (await second.get('price_1')) && second.loads(),
      (loads) => loads === 1,
      2000,
    );
  });

  it('keeps nothing longer because it was slow to load', async () => {
    const { redis, cache } = await connected();
    const { name, get } = prices(cache, { ttlMs: 200 });
    await get('price_1');
    await stored(redis, name, 'price_1');
    expect(await redis.client.pttl(`cache:${name}:v1:price_1`)).to.be.within(1, 180);
    const slow = prices(cache, { ttlMs: 10 });
    await slow.get('price_1');
    await redis.client.ping();
    expect(await redis.client.exists(`cache:${slow.name}:v1:price_1`)).to.equal(0);
  });

  it('does not keep that something is not there, nor a failure', async () => {
    const { cache } = await connected();
    const none = prices(cache);
    await none.get('price_none');
    await none.get('price_none');
    expect(none.loads()).to.equal(2);
    let failures = 0;
    const failing = cache.cached({
      name: newId('req'),
      version: 1,
      ttlMs: 1000,
      load: async () => {
        failures += 1;
        throw new Error('the database is away');
      },
    });
    for (const _ of [1, 2]) {
      const message = await failing.get('a').catch((error: Error) => error.message);
      expect(message).to.equal('the database is away');
    }
    expect(failures).to.equal(2);
  });

  it('forgets, also what was being loaded when it was told to', async () => {
    const { redis, cache } = await connected();
    const { name, get, forget, loads } = prices(cache);
    await get('price_1');
    await stored(redis, name, 'price_1');
    await forget('price_1');
    const reading = get('price_1');
    await eventually(loads, (count) => count === 2);
    await forget('price_1');
    expect((await reading)?.unitAmount).to.equal(2);
    expect((await get('price_1'))?.unitAmount).to.equal(3);
    expect(loads()).to.equal(3);
  });

  it('reads nothing that another release, another deployment or a stranger wrote', async () => {
    const { redis, cache } = await connected();
    const mine = prices(cache);
    await mine.get('price_1');
    await stored(redis, mine.name, 'price_1');
    const nextRelease = prices(cache, { name: mine.name, version: 2 });
    await nextRelease.get('price_1');
    const neighbour = prices((await connected('another secret')).cache, { name: mine.name });
    await neighbour.get('price_1');
    expect([nextRelease.loads(), neighbour.loads()]).to.deep.equal([1, 1]);
    // A good value under another key is a stranger's work too.
    const space = `cache:${mine.name}:v1`;
    await mine.forget('price_1');
    await mine.get('price_1');
    await stored(redis, mine.name, 'price_1');
    await redis.client.copy(`${space}:price_1`, `${keyPrefix}${space}:price_2`);
    expect((await mine.get('price_2'))?.id).to.equal('price_2');
    await redis.client.set(`${space}:price_3`, Buffer.alloc(100, 1));
    expect((await mine.get('price_3'))?.id).to.equal('price_3');
  });

  it('loads at once while Redis is gone, and uses it again when it is back', async () => {
    const { redis, cache } = await connected();
    const { name, get, loads } = prices(cache);
    await get('price_1');
    await stored(redis, name, 'price_1');
    proxy.cut();
    await eventually(
      () => redis.usable(),
      (usable) => !usable,
    );
    const began = performance.now();
    for (let count = 0; count < 5; count += 1) await get('price_1');
    expect(performance.now() - began).to.be.below(COMMAND_TIMEOUT_MS);
    expect(loads()).to.equal(6);
    proxy.restore();
    await eventually(() => redis.usable(), Boolean);
    await get('price_1');
    expect(loads()).to.equal(6);
    expect(logs.filter((line) => line.includes('Redis is away')).length).to.equal(1);
  });

  it('waits once, and not at each call, for a Redis that hangs', async () => {
    const { redis, cache } = await connected();
    const { name, get, loads } = prices(cache);
    await get('price_1');
    await stored(redis, name, 'price_1');
    proxy.hang();
    await get('price_1');
    expect(redis.usable()).to.equal(false);
    const began = performance.now();
    for (let count = 0; count < 5; count += 1) await get('price_1');
    expect(performance.now() - began).to.be.below(COMMAND_TIMEOUT_MS);
    expect(loads()).to.equal(7);
    proxy.restore();
    await eventually(() => redis.usable(), Boolean);
    await get('price_1');
    expect(loads()).to.equal(7);
  });

  it('is a single flight and nothing else without Redis', async () => {
    const { get, forget, loads } = prices(createCache(null, 'secret'));
    await Promise.all([get('price_1'), get('price_1')]);
    expect(loads()).to.equal(1);
    await forget('price_1');
    await get('price_1');
    expect(loads()).to.equal(2);
  });
});
