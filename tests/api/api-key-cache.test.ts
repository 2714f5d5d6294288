import { expect } from 'chai';
import { loadConfig } from '../../src/config/env.js';
import type { IssuedApiKeyResponse } from '../../src/schemas/ops/api-keys.js';
import { type Service, startService } from '../../src/service.js';
import { manageApiKeys } from '../../src/services/access/manage-api-keys.js';
import { newId } from '../../src/utils/ids.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { redisOrSkip } from '../support/redis.js';
import { type Stack, startStack } from '../support/stack.js';
import { TestClock } from '../support/test-clock.js';

/** DESIGN section 4. */
const LONGEST_CACHED_MS = 5000;

describe('API keys in the cache', () => {
  let stack: Stack;
  let other: Service;
  const clock = new TestClock();
  before(async function () {
    await redisOrSkip(this);
    stack = await startStack({ webhooks: 'by-hand', role: 'api', overrides: { clock } });
    const { logger } = stack.service.container;
    const config = loadConfig(stack.environment, { command: 'serve' });
    other = await startService(config, { role: 'api', overrides: { clock, logger } });
    for (const { container } of [stack.service, other])
      await eventually(() => container.redis?.usable(), Boolean);
  });
  after(async () => {
    await other?.stop();
    await stack?.stop();
  });

  const create = async () => {
    const { body } = await stack.api.post<IssuedApiKeyResponse>('/api/ops/keys', {
      name: 'shop',
      scopes: ['payments:read'],
    });
    return body;
  };
  const ask = (key: string, { port } = stack.service) =>
    new ApiClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: key }).get(`/api/orders/${newId('ord')}`);
  const works = async (key: string, service?: Service) => (await ask(key, service)).status !== 401;
  /** A row that only the cache can have. */
  const lose = (id: string) => stack.rows('api_keys').updateOne({ _id: id }, { $set: { hash: id } });

  /** Used, so that the cache has it; the write is not waited for. */
  async function cachedKey(): Promise<IssuedApiKeyResponse> {
    const issued = await create();
    expect(await works(issued.key)).to.equal(true);
    const redis = stack.service.container.redis;
    const row = await stack.rows('api_keys').findOne({ _id: issued.id });
    await eventually(() => redis?.client.exists(`cache:api-keys:v1:${row?.hash}`), Boolean);
    return issued;
  }

  it('serves a key that another process has read, and keeps nothing of the key itself in Redis', async () => {
    const { id, key } = await cachedKey();
    await lose(id);
    expect(await works(key, other)).to.equal(true);
    const redis = stack.service.container.redis;
    const names = await redis?.client.keys(`${stack.environment.REDIS_KEY_PREFIX}*`);
    expect(names?.length).to.be.greaterThan(0);
    expect(JSON.stringify(names)).to.not.include(key);
  });

  it('refuses a key within 5 s after it was revoked behind the back of the cache', async () => {
    const { id, key } = await cachedKey();
    const { repositories } = stack.service.container;
    const began = performance.now();
    await manageApiKeys({ repositories, clock, mode: 'test' }).revokeApiKey(id, {
      actor: { type: 'system', id: 'command-line' },
      requestId: null,
    });
    let revokedFor = 0;
    await eventually(
      async () => {
        revokedFor = performance.now() - began;
        return works(key, other);
      },
      (accepted) => !accepted,
    );
    expect(revokedFor).to.be.below(LONGEST_CACHED_MS);
  });

  it('refuses a key at once, in every process, after the API revoked it', async () => {
    const { id, key } = await cachedKey();
    expect(await works(key, other)).to.equal(true);
    await stack.api.send('POST', `/api/ops/keys/${id}/revoke`, undefined);
    expect([await works(key), await works(key, other)]).to.deep.equal([false, false]);
  });

  it('ends a key with its overlap, although the cache still has it', async () => {
    const { id, key } = await cachedKey();
    await stack.api.post(`/api/ops/keys/${id}/roll`, { expiresInSeconds: 600 });
    expect(await works(key)).to.equal(true);
    await lose(id);
    clock.advance(600_000);
    expect((await ask(key)).problem.code).to.equal('invalid_api_key');
    clock.advance(-600_000);
    expect(await works(key)).to.equal(true);
  });
});
