import { MongoClient } from 'mongodb';
import { type MongodOptions, type RunningMongod, startMongod } from '../../embedded/mongod/start-mongod.js';

/** Set by tests/run.ts, which starts one mongod for the whole run. */
const URI_VARIABLE = 'GUICHET_TEST_MONGODB_URI';

let own: Promise<RunningMongod> | undefined;
let databases = 0;
const opened = new Set<string>();

/**
 * Starts a mongod that treats our mistakes as errors: a query without an index fails (`notablescan`), and
 * `failCommand` can be switched on. With a `place`, it can be stopped and started again on the same data and port.
 */
export function startTestMongod(
  onProgress?: (message: string) => void,
  place: Pick<MongodOptions, 'dataDir' | 'port'> = {},
): Promise<RunningMongod> {
  return startMongod({
    env: process.env,
    ...place,
    ...(onProgress === undefined ? {} : { onProgress }),
    parameters: { notablescan: 1, enableTestCommands: 1, ttlMonitorSleepSecs: 2 },
    cacheSizeGB: 0.5,
  });
}

/** The URI of the run's mongod; one that is started now, when mocha was called without tests/run.ts. */
export async function sharedMongod(): Promise<string> {
  const shared = process.env[URI_VARIABLE];
  if (shared !== undefined) return shared;
  own ??= startTestMongod();
  return (await own).uri;
}

/**
 * The URI of a fresh, empty database, dropped after the file's last test.
 * @param name what is tested, for whoever looks at the server
 */
export async function testDatabaseUri(name: string): Promise<string> {
  const uri = new URL(await sharedMongod());
  databases += 1;
  const slug = name.replace(/[^a-z0-9]+/gi, '_').slice(0, 30);
  uri.pathname = `/test_${slug}_${process.pid}_${databases}`;
  opened.add(uri.href);
  return uri.href;
}

/** Drops what testDatabaseUri gave out, and stops a mongod of our own. Called by the root hooks. */
export async function closeTestMongod(): Promise<void> {
  const uris = [...opened];
  opened.clear();
  const [first] = uris;
  if (own === undefined && first !== undefined) {
    const client = new MongoClient(first);
    for (const uri of uris) await client.db(new URL(uri).pathname.slice(1)).dropDatabase();
    await client.close();
  }
  const mongod = await own?.catch(() => undefined);
  own = undefined;
  await mongod?.stop();
}
