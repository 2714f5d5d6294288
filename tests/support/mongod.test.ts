import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { sharedMongod, testDatabaseUri } from './mongod.js';

describe('the mongod of the tests', () => {
  let client: MongoClient;

  before(async () => {
    client = await MongoClient.connect(await testDatabaseUri('mongod of the tests'));
  });

  after(() => client.close());

  it('gives every caller an empty database of its own, on one server', async () => {
    const other = await testDatabaseUri('mongod of the tests');
    expect(other).to.match(/\/test_mongod_of_the_tests_\d+_\d+\?/);
    expect(new URL(other).pathname).to.not.equal(`/${client.db().databaseName}`);
    expect(new URL(other).host).to.equal(new URL(await sharedMongod()).host);
    expect(await client.db().listCollections().toArray()).to.deep.equal([]);
  });

  it('fails a query that no index serves', async () => {
    const rows = client.db().collection<{ _id: string; name: string }>('rows');
    await rows.insertOne({ _id: 'a', name: 'Ada' });
    expect(await rows.findOne({ _id: 'a' })).to.have.property('name', 'Ada');
    const error = await rows.findOne({ name: 'Ada' }).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('notablescan');
  });

  it('can be told to fail, which a test of a lost answer needs', async () => {
    const options = { appName: 'failing' };
    const failing = await MongoClient.connect(await testDatabaseUri('failing'), options);
    const admin = client.db('admin');
    const point = { configureFailPoint: 'failCommand' };
    await admin.command({
      ...point,
      mode: { times: 1 },
      data: { failCommands: ['ping'], errorCode: 50, ...options },
    });
    const error = await failing
      .db()
      .command({ ping: 1 })
      .catch((caught: unknown) => caught);
    expect(error).to.have.property('code', 50);
    await admin.command({ ...point, mode: 'off' });
    await failing.close();
  });
});
