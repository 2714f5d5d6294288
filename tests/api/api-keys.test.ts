import { expect } from 'chai';
import type { Scope } from '../../src/domain/rows/api-key.js';
import type {
  ApiKeyListResponse,
  ApiKeyResponse,
  IssuedApiKeyResponse,
} from '../../src/schemas/ops/api-keys.js';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { newId } from '../../src/utils/ids.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type Stack, startStack } from '../support/stack.js';
import { TestClock } from '../support/test-clock.js';

const KEYS = '/api/ops/keys';

describe('/api/ops/keys', () => {
  let stack: Stack;
  const clock = new TestClock();
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', role: 'api', overrides: { clock } });
  });
  after(() => stack.stop());

  const client = (apiKey: string) => new ApiClient({ baseUrl: stack.baseUrl, apiKey });
  const create = async (scopes: Scope[], by: ApiClient = stack.api) =>
    (await by.post<IssuedApiKeyResponse>(KEYS, { name: 'shop', scopes })).body;
  const roll = (id: string, body: object = {}, by: ApiClient = stack.api) =>
    by.post<IssuedApiKeyResponse>(`${KEYS}/${id}/roll`, body);
  const revoke = (id: string, by: ApiClient = stack.api) =>
    by.send<ApiKeyResponse>('POST', `${KEYS}/${id}/revoke`, undefined);
  const read = async (id: string) => {
    const { body } = await stack.api.get<ApiKeyListResponse>(`${KEYS}?limit=100`);
    return body.data.find((each) => each.id === id);
  };
  const works = async (key: string) => (await client(key).get(`/api/orders/${newId('ord')}`)).status !== 401;
  const trail = async (id: string) =>
    stack.rows('audit_records').find({ stream: id }).sort({ sequence: 1 }).toArray();

  it('makes a key that works, shows it once, and keeps only its hash', async () => {
    const { key, ...shown } = await create(['payments:read']);
    expect(key).to.match(/^gk_test_[\w-]{43}$/);
    expect(shown).to.include({ name: 'shop', status: 'active', prefix: key.slice(0, 12), lastUsedAt: null });
    expect(await works(key)).to.equal(true);
    const list = await stack.api.get<ApiKeyListResponse>(KEYS);
    expect(list.text).to.include(shown.id).and.not.include(key).and.not.match(/hash/i);
    const everything = await Promise.all(
      ['api_keys', 'audit_records'].map((name) => stack.rows(name).find({}, { hint: '_id_' }).toArray()),
    );
    expect(JSON.stringify(everything)).to.not.include(key);
    expect(JSON.stringify(stack.logs)).to.not.include(key);
  });

  it('gives no scope that the giver lacks, by creating or by rolling', async () => {
    const ops = client((await create(['ops'])).key);
    const strong = await create(['payments:write', 'ops']);
    const count = await stack.rows('api_keys').countDocuments({}, { hint: '_id_' });
    const attempts = [
      await ops.post(KEYS, { name: 'more', scopes: ['ops', 'payments:write'] }),
      await ops.post(KEYS, { name: 'other', scopes: ['payments:read'] }),
      await roll(strong.id, {}, ops),
    ];
    for (const { status, problem } of attempts) {
      expect([status, problem.code]).to.deep.equal([403, 'scope_not_held']);
    }
    expect(await stack.rows('api_keys').countDocuments({}, { hint: '_id_' })).to.equal(count);
    expect((await read(strong.id))?.status).to.equal('active');
    expect((await create(['ops'], ops)).scopes).to.deep.equal(['ops']);
  });

  it('rolls with an overlap: both keys work, then the new one alone', async () => {
    const old = await create(['payments:read']);
    const rolled = (await roll(old.id, { expiresInSeconds: 600 })).body;
    expect(rolled).to.deep.include({ name: 'shop', scopes: ['payments:read'], replaces: old.id });
    expect([await works(old.key), await works(rolled.key)]).to.deep.equal([true, true]);
    expect((await read(old.id))?.status).to.equal('expiring');
    clock.advance(599_000);
    expect(await works(old.key)).to.equal(true);
    clock.advance(1000);
    expect([await works(old.key), await works(rolled.key)]).to.deep.equal([false, true]);
    expect((await read(old.id))?.status).to.equal('expired');
  });

  it('rolls without one, and no key twice', async () => {
    const old = await create(['payments:read']);
    await roll(old.id, { expiresInSeconds: 0 });
    expect(await works(old.key)).to.equal(false);
    expect((await roll(old.id)).problem.code).to.equal('api_key_not_active');
    expect((await roll(old.id, { expiresInSeconds: 604_801 })).status).to.equal(400);
    const wanted = await create(['payments:read']);
    const answers = await Promise.all(Array.from({ length: 5 }, () => roll(wanted.id)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409]);
  });

  it('revokes at once and for good, in an overlap too', async () => {
    const old = await create(['payments:read']);
    await roll(old.id, { expiresInSeconds: 600 });
    const first = await revoke(old.id);
    expect(first.body.status).to.equal('revoked');
    expect(await works(old.key)).to.equal(false);
    clock.advance(1000);
    expect((await revoke(old.id)).body.revokedAt).to.equal(first.body.revokedAt);
    expect((await revoke(newId('key'))).problem.code).to.equal('api_key_not_found');
    expect((await roll(newId('key'))).problem.code).to.equal('api_key_not_found');
  });

  it('writes what was done to a key, and by which, into its audit trail', async () => {
    const manager = await create(['ops', 'payments:read']);
    const by = client(manager.key);
    const old = await create(['payments:read'], by);
    const next = (await roll(old.id, { expiresInSeconds: 60 }, by)).body;
    await revoke(old.id, by);
    const records = await trail(old.id);
    expect(records.map(({ action }) => action)).to.deep.equal([
      'api_key.created',
      'api_key.rolled',
      'api_key.revoked',
    ]);
    for (const { actor } of records) expect(actor).to.deep.equal({ type: 'api_key', id: manager.id });
    expect(records[1]?.after.replacedBy).to.equal(next.id);
    const { repositories } = stack.service.container;
    expect(await verifyStream(repositories, old.id)).to.deep.equal({ ok: true, records: 3 });
    const { _id } = (await stack.rows('audit_records').findOne({ stream: old.id, sequence: 2 })) ?? {
      _id: '',
    };
    await stack.rows('audit_records').updateOne({ _id }, { $set: { 'after.replacedBy': newId('key') } });
    expect((await verifyStream(repositories, old.id)).ok).to.equal(false);
  });

  it('notes the last use of a key, and leaves its version', async () => {
    const { key, id } = await create(['payments:read']);
    const used = async () => (await stack.rows('api_keys').findOne({ _id: id }))?.lastUsedAt as Date | null;
    await Promise.all(Array.from({ length: 10 }, () => works(key)));
    const first = await eventually(used, (at) => at !== null);
    expect(first).to.deep.equal(clock.now());
    const version = (await stack.rows('api_keys').findOne({ _id: id }))?.version;
    clock.advance(60_000);
    await works(key);
    const second = await eventually(used, (at) => at?.getTime() !== first?.getTime());
    expect(second).to.deep.equal(clock.now());
    expect((await stack.rows('api_keys').findOne({ _id: id }))?.version).to.equal(version);
  });

  it('pages through the list, the newest first, each key once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await stack.api.get<ApiKeyListResponse>(`${KEYS}?limit=3${query}`);
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    const rows = await stack.rows('api_keys').find({}, { hint: '_id_' }).sort({ _id: -1 }).toArray();
    expect(seen).to.deep.equal(rows.map(({ _id }) => _id));
    expect((await stack.api.get(`${KEYS}?cursor=nonsense`)).problem.code).to.equal('invalid_cursor');
    for (const limit of ['0', '101', '1.5', 'x']) {
      expect((await stack.api.get(`${KEYS}?limit=${limit}`)).status, limit).to.equal(400);
    }
  });
});
