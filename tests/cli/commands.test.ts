import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { type Child, startChild } from '../support/child-process.js';
import { sharedMongod } from '../support/mongod.js';

describe('the command line', function () {
  this.timeout(60_000);
  const dbName = `test_cli_${randomUUID().slice(0, 8)}`;
  let uri: string;
  let mongo: MongoClient;
  before(async () => {
    uri = await sharedMongod();
    mongo = await MongoClient.connect(uri);
  });
  after(async () => {
    await mongo.db(dbName).dropDatabase();
    await mongo.close();
  });

  const guichet = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const child: Child = await startChild(
      'bin/guichet.ts',
      { MONGODB_URI: uri, MONGODB_DB_NAME: dbName },
      args,
    );
    return { code: await child.ended, output: child.output() };
  };

  it('migrates what is pending, once, and tells what ran', async () => {
    expect((await guichet('migrate', 'status')).output).to.match(/^pending +0001-first-purchase/);
    expect((await guichet('migrate', 'up')).output).to.match(/^migrated +0001-first-purchase/);
    expect((await guichet('migrate', 'up')).output).to.equal('Nothing to migrate.\n');
    expect((await guichet('migrate', 'status')).output).to.match(/^done +0001-first-purchase/);
  });

  it('makes an API key and stores only its hash', async () => {
    const { code, output } = await guichet('keys', 'create', '--name', 'shop', '--scopes', 'payments:read');
    expect(code).to.equal(0);
    const key = output.trim();
    expect(key).to.match(/^gk_test_/);
    const rows = await mongo.db(dbName).collection('guichet_api_keys').find({}, { hint: '_id_' }).toArray();
    expect(rows).to.have.length(1);
    expect(rows[0]).to.deep.include({ name: 'shop', scopes: ['payments:read'] });
    expect(JSON.stringify(rows)).not.to.contain(key);
  });

  it('lists keys, rolls one with an overlap, and revokes it', async () => {
    const [row] = await mongo.db(dbName).collection('guichet_api_keys').find({}, { hint: '_id_' }).toArray();
    const id = String(row?._id);
    const rolled = await guichet('keys', 'roll', id, '--expires-in', '600');
    expect(rolled.code).to.equal(0);
    expect(rolled.output.trim()).to.match(/^gk_test_[\w-]{43}$/);
    const listed = (await guichet('keys', 'list')).output.trim().split('\n');
    expect(listed).to.have.length(2);
    expect(listed[0]).to.match(
      /^key_\w+ {2}gk_test_\S{4}… {2}active {2}payments:read {2}never used {2}shop$/,
    );
    expect(listed[1])
      .to.include(id)
      .and.match(/expiring until 20\d\d-/);
    expect(listed.join()).to.not.include(rolled.output.trim());
    expect((await guichet('keys', 'revoke', id)).output).to.include(`revoked ${id}`);
    expect((await guichet('keys', 'list')).output).to.match(new RegExp(`${id}.*revoked`));
    expect((await guichet('audit', 'verify', id)).output).to.include('3 records, intact');
    const again = await guichet('keys', 'roll', id);
    expect([again.code, again.output]).to.deep.equal([
      1,
      'api_key_not_active: The key was revoked: create a new one.\n',
    ]);
    expect((await guichet('keys', 'roll', id, '--expires-in', 'soon')).code).to.equal(1);
  });

  it('rehearses an API version, and ends with 1 for one that nothing reads', async () => {
    const { code, output } = await guichet(
      'events',
      'rehearse',
      '--api-version',
      '2026-03-25.dahlia',
      '--json',
    );
    expect(code).to.equal(1);
    expect(JSON.parse(output)).to.deep.include({ version: '2026-03-25.dahlia', adapter: null, events: 0 });
  });

  it('serves nothing without its settings and names them all', async () => {
    const child = await startChild('src/server.ts', {});
    expect(await child.ended).to.equal(1);
    for (const name of [
      'MONGODB_URI',
      'REDIS_URL',
      'STRIPE_SECRET_KEY',
      'STRIPE_MODE',
      'STRIPE_WEBHOOK_SECRETS',
      'SMTP_URL',
    ]) {
      expect(child.output()).to.contain(name);
    }
  });

  it('says which setting a command lacks', async () => {
    const child = await startChild('bin/guichet.ts', {}, ['migrate', 'up']);
    expect(await child.ended).to.equal(1);
    expect(child.output()).to.contain('MONGODB_URI');
  });

  it('refuses an unknown command with the list of those that exist', async () => {
    const { code, output } = await guichet('pay');
    expect(code).not.to.equal(0);
    expect(output).to.contain('serve').and.to.contain('migrate');
  });
});
