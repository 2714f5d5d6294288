import { expect } from 'chai';
import { TestClock } from '../../../tests/support/test-clock.js';
import { createLogger } from '../../observability/logger.js';
import type { Repositories } from '../../repositories/repositories.js';
import { apiKeyRow, findApiKey, newApiKey } from './api-keys.js';

describe('findApiKey', () => {
  function setUp({ failing = false } = {}) {
    const clock = new TestClock();
    const key = newApiKey('test');
    const row = apiKeyRow({ key, name: 'shop', scopes: ['ops', 'ops'] }, clock.now());
    const noted: { seen: Date | null; at: Date }[] = [];
    const logs: string[] = [];
    const apiKeys: Pick<Repositories['apiKeys'], 'byHash' | 'noteUse'> = {
      byHash: async (hash) => (hash === row.hash ? { ...row } : null),
      noteUse: async (_id, use) => {
        noted.push(use);
        await Promise.resolve();
        if (failing) throw new Error('the database is away');
        row.lastUsedAt = use.at;
      },
    };
    const logger = createLogger({ level: 'warn' }, { write: (line: string) => void logs.push(line) });
    const repositories = { apiKeys: apiKeys as Repositories['apiKeys'] };
    const apiKeyCache = { get: apiKeys.byHash };
    const find = findApiKey({ repositories, apiKeyCache, clock, logger });
    return { clock, key, row, noted, logs, find };
  }

  it('notes a use at once, then once a minute at most, by what it saw before', async () => {
    const { clock, key, noted, find } = setUp();
    const start = clock.now();
    await Promise.all([find(key), find(key), find(key)]);
    expect(noted).to.deep.equal([{ seen: null, at: start }]);
    clock.advance(59_999);
    await find(key);
    expect(noted).to.have.length(1);
    clock.advance(1);
    await find(key);
    await find(key);
    expect(noted.slice(1)).to.deep.equal([{ seen: start, at: clock.now() }]);
  });

  it('finds the key although its use cannot be noted, and tries again with the next request', async () => {
    const { key, row, noted, logs, find } = setUp({ failing: true });
    expect((await find(key))?._id).to.equal(row._id);
    await new Promise(setImmediate);
    expect((await find(key))?._id).to.equal(row._id);
    await new Promise(setImmediate);
    expect(noted).to.have.length(2);
    expect(logs).to.have.length(2);
    expect(logs.join('')).to.include(row._id).and.not.include(key);
  });

  it('finds no key that is malformed, unknown, revoked or past its overlap, and notes nothing', async () => {
    const { clock, key, row, noted, find } = setUp();
    for (const other of ['', 'gk_test_', `${key}x`, key.slice(0, -1), key.replace('gk_test', 'gk_prod')]) {
      expect(await find(other)).to.equal(null);
    }
    row.expiresAt = clock.now();
    expect(await find(key)).to.equal(null);
    row.expiresAt = null;
    row.revokedAt = clock.now();
    expect(await find(key)).to.equal(null);
    expect(noted).to.deep.equal([]);
  });

  it('keeps each scope once, and refuses to store what is no key', () => {
    const { row, clock } = setUp();
    expect(row.scopes).to.deep.equal(['ops']);
    for (const key of ['sk_test_0123456789012345678901', 'gk_test_short', 'gk_test_with space 0123456789']) {
      expect(() => apiKeyRow({ key, name: 'x', scopes: [] }, clock.now())).to.throw('gk_test_');
    }
  });
});
