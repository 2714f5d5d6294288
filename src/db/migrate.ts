import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type MigrationParams, Umzug } from 'umzug';
import { createDeclaredIndexes } from '../repositories/indexes.js';
import { keepRenewing } from '../repositories/lease.js';
import { locksRepository } from '../repositories/locks.js';
import { openStores, type Stores } from '../repositories/stores.js';
import type { Database } from './connect.js';

export interface MigrationContext {
  stores: Stores;
  createDeclaredIndexes(names: readonly (keyof Stores)[]): Promise<void>;
}

interface MigrationFile {
  up(context: MigrationContext): Promise<void>;
}

export interface MigrationStatus {
  executed: string[];
  pending: string[];
}

const FOLDER = new URL('../../migrations/', import.meta.url);
const FILE = /^\d{4}-[a-z0-9-]+\.(ts|js)$/;
const LOCK = 'migrations';
const LOCK_WAIT_MS = 60_000;
const POLL_MS = 250;

/** Runs what has not run yet, in order, while no other process does; returns the names. */
export async function migrateUp(database: Database): Promise<string[]> {
  const stores = openStores(database);
  return underLock(stores, async () => {
    const umzug = await createUmzug(database, stores);
    return (await umzug.up()).map((migration) => migration.name);
  });
}

export async function migrationStatus(database: Database): Promise<MigrationStatus> {
  const umzug = await createUmzug(database, openStores(database));
  const executed = (await umzug.executed()).map((migration) => migration.name);
  const pending = (await umzug.pending()).map((migration) => migration.name);
  return { executed, pending };
}

/** Writes an empty migration with the next number; returns its path. */
export async function createMigration(name: string): Promise<string> {
  if (!import.meta.url.endsWith('.ts'))
    throw new Error('Migrations are made in the sources: run it with tsx');
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error('Name a migration in lower case, as in add-payouts');
  const last = (await migrationFiles()).at(-1);
  const number = String(Number(last?.slice(0, 4) ?? '0') + 1).padStart(4, '0');
  const path = fileURLToPath(new URL(`${number}-${name}.ts`, FOLDER));
  const lines = [
    "import type { MigrationContext } from '../src/db/migrate.js';",
    '',
    'export async function up({ stores }: MigrationContext): Promise<void> {',
    '  await stores.orders.raw.updateMany({}, { $set: {} });',
    '}',
    '',
  ];
  await writeFile(path, lines.join('\n'), { flag: 'wx' });
  return path;
}

async function migrationFiles(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((file) => FILE.test(file) && !file.endsWith('.d.ts')).sort();
}

async function createUmzug(database: Database, stores: Stores): Promise<Umzug<MigrationContext>> {
  const files = await migrationFiles();
  const { dbName, collectionPrefix } = database.settings;
  const collection = database.client
    .db(dbName)
    .collection<{ _id: string; at: Date }>(`${collectionPrefix}migrations`);
  return new Umzug<MigrationContext>({
    migrations: files.map((file) => ({
      name: file.replace(FILE_ENDING, ''),
      async up({ context }: MigrationParams<MigrationContext>) {
        const migration = (await import(new URL(file, FOLDER).href)) as MigrationFile;
        await migration.up(context);
      },
    })),
    context: { stores, createDeclaredIndexes: (names) => createDeclaredIndexes(stores, names) },
    storage: {
      async logMigration({ name }) {
        await collection.updateOne({ _id: name }, { $setOnInsert: { at: new Date() } }, { upsert: true });
      },
      async unlogMigration({ name }) {
        await collection.deleteOne({ _id: name });
      },
      async executed() {
        const rows = await collection.find({}, { hint: '_id_' }).sort({ _id: 1 }).toArray();
        return rows.map((row) => row._id);
      },
    },
    logger: undefined,
  });
}

const FILE_ENDING = /\.(ts|js)$/;

async function underLock<T>(stores: Stores, work: () => Promise<T>): Promise<T> {
  const locks = locksRepository(stores);
  const token = randomUUID();
  const deadline = performance.now() + LOCK_WAIT_MS;
  await locks.ensure([LOCK]);
  while ((await locks.take([LOCK], token)).length === 0) {
    if (performance.now() > deadline)
      throw new Error('Another process has been migrating for a minute; look at it first');
    await delay(POLL_MS);
  }
  const lease = keepRenewing(() => locks.renew([LOCK], token));
  try {
    return await work();
  } finally {
    lease.stop();
    await locks.release([LOCK], token);
  }
}
