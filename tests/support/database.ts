import { MongoClient } from 'mongodb';
import { loadConfig } from '../../src/config/env.js';
import { connectDatabase, type Database } from '../../src/db/connect.js';
import { migrateUp } from '../../src/db/migrate.js';
import { createRepositories, type Repositories } from '../../src/repositories/repositories.js';
import { openStores, type Stores } from '../../src/repositories/stores.js';
import { testDatabaseUri } from './mongod.js';

export interface TestDatabase {
  database: Database;
  stores: Stores;
  repositories: Repositories;
  /** Another client, outside every transaction of the database's own. */
  outside: MongoClient;
  close(): Promise<void>;
}

/** Connected as the service connects, but to nothing else: a fresh database, empty. */
export async function openEmptyDatabase(name: string): Promise<TestDatabase> {
  const uri = new URL(await testDatabaseUri(name));
  const dbName = uri.pathname.slice(1);
  const environment = { MONGODB_URI: uri.href, MONGODB_DB_NAME: dbName };
  const { mongodb } = loadConfig(environment, { command: 'dev' });
  const database = await connectDatabase({ ...mongodb, uri: uri.href });
  const outside = await MongoClient.connect(uri.href);
  return {
    database,
    stores: openStores(database),
    repositories: createRepositories(database),
    outside,
    async close() {
      await outside.close();
      await database.close();
    },
  };
}

/** The same with all collections and indexes. */
export async function openTestDatabase(name: string): Promise<TestDatabase> {
  const opened = await openEmptyDatabase(name);
  await migrateUp(opened.database);
  return opened;
}
