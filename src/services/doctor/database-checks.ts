import { assertReplicaSet, type Database } from '../../db/connect.js';
import { migrationStatus } from '../../db/migrate.js';
import { missingUniqueIndexes } from '../../repositories/indexes.js';
import { locksRepository } from '../../repositories/locks.js';
import { openStores } from '../../repositories/stores.js';
import { newId } from '../../utils/ids.js';
import { type Check, CheckFailure, type Finding, failed, ok } from './check.js';

const MIGRATE = 'run: guichet migrate up';

/** `connect` is asked once for all of them; it may throw CheckFailure. */
export function databaseChecks(connect: () => Promise<Database>, timeoutMs: number): Check[] {
  const check = (name: string, look: (database: Database) => Promise<Finding>): Check => ({
    name,
    run: async () => look(await reached(connect)),
  });
  return [
    { name: 'MongoDB', run: async () => reachable(await connect()) },
    check('replica set', replicaSet),
    check('majority writes', (database) => majorityWrites(database, timeoutMs)),
    check('migrations', migrations),
    check('unique indexes', uniqueIndexes),
  ];
}

async function reached(connect: () => Promise<Database>): Promise<Database> {
  return connect().catch(() => {
    throw new CheckFailure('not checked: MongoDB cannot be reached', 'mend the check MongoDB first');
  });
}

async function reachable(database: Database): Promise<Finding> {
  const hello = await database.client.db('admin').command({ hello: 1 });
  return hello.isWritablePrimary
    ? ok(`answers and takes writes (database ${database.settings.dbName})`)
    : failed(
        'there is no primary that takes writes',
        'look at rs.status(): a majority of members must be up',
      );
}

async function replicaSet(database: Database): Promise<Finding> {
  try {
    await assertReplicaSet(database);
    return ok('transactions are possible');
  } catch {
    return failed(
      'MONGODB_URI points at a standalone server, which has no transactions',
      'start mongod with --replSet and run rs.initiate(), or use Atlas',
    );
  }
}

async function majorityWrites(database: Database, timeoutMs: number): Promise<Finding> {
  try {
    await locksRepository(openStores(database)).tryMajorityWrite(`doctor:${newId('req')}`, timeoutMs);
    return ok('a write was acknowledged by a majority, and removed again');
  } catch (error) {
    throw new CheckFailure(
      `a write was not acknowledged by a majority: ${error instanceof Error ? error.message : String(error)}`,
      'use a replica set of which most data-bearing members are up (rs.status()), and a user that may write to the database',
    );
  }
}

async function migrations(database: Database): Promise<Finding> {
  const { executed, pending } = await migrationStatus(database);
  if (pending.length > 0) return failed(`pending: ${pending.join(', ')}`, MIGRATE);
  return ok(`all ${executed.length} ran`);
}

async function uniqueIndexes(database: Database): Promise<Finding> {
  const missing = await missingUniqueIndexes(openStores(database));
  if (missing.length === 0) return ok('all there');
  return failed(
    `missing, so that duplicates would pass: ${missing.join(', ')}`,
    `${MIGRATE}; where it says that nothing is pending, create them by hand`,
  );
}
