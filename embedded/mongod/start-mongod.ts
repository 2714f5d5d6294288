import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../free-port.js';
import { findMongod } from './find-mongod.js';
import { clearOrphan } from './orphan.js';
import { bringUpReplicaSet } from './replica-set.js';
import { type Supervised, supervise } from './supervise.js';

/** Recovery after a crash takes seconds on a developer's data; a machine that needs a minute is out of memory. */
const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 3;

export interface MongodOptions {
  /** The environment of the calling entry point; see find-mongod.ts for what is read. */
  env: NodeJS.ProcessEnv;
  /** Where the data is kept; omitted: a temporary folder, removed on stop. */
  dataDir?: string;
  /** 0 or omitted: a free one. */
  port?: number;
  onProgress?: (message: string) => void;
  /** Further `--setParameter` options, such as `notablescan`. */
  parameters?: Record<string, string | number | boolean>;
  replicaSetName?: string;
  /** WiredTiger's cache, in GB; at least 0.25. */
  cacheSizeGB?: number;
}

export interface RunningMongod {
  /** Names the replica set, but no database. */
  uri: string;
  port: number;
  pid: number;
  logFile: string;
  /** Settles when mongod has ended, asked for or not, with how it ended. */
  ended: Promise<string>;
  /** Ends mongod cleanly, and answers when it and its supervisor are gone. */
  stop(): Promise<void>;
  /** Ends mongod at once, as a power cut would. */
  kill(): void;
}

/**
 * Starts a mongod as a replica set of one on 127.0.0.1 and answers when it is primary. It runs in its own process
 * group and ends with this process, however this process ends.
 * @throws Error with the last lines of its log when mongod ends early; naming the owner when the data is in use
 */
export async function startMongod(options: MongodOptions): Promise<RunningMongod> {
  const onProgress = options.onProgress ?? (() => undefined);
  const binary = await findMongod({ env: options.env, onProgress });
  for (let attempt = 1; ; attempt += 1) {
    const dataDir = await prepareDataDir(options.dataDir, onProgress);
    const port = options.port || (await freePort());
    try {
      return await startOn({ options, binary, dataDir, port });
    } catch (error) {
      const retry = !options.port && attempt < PORT_ATTEMPTS && isPortTaken(error);
      if (!retry) throw error;
    }
  }
}

async function prepareDataDir(
  asked: string | undefined,
  onProgress: (message: string) => void,
): Promise<string> {
  if (asked === undefined) return mkdtemp(join(tmpdir(), 'guichet-mongod-'));
  const dataDir = resolve(asked);
  await mkdir(dataDir, { recursive: true });
  await clearOrphan(dataDir, onProgress);
  return dataDir;
}

interface Start {
  options: MongodOptions;
  binary: string;
  dataDir: string;
  port: number;
}

async function startOn({ options, binary, dataDir, port }: Start): Promise<RunningMongod> {
  const replicaSetName = options.replicaSetName ?? 'guichet';
  const logFile = join(dataDir, 'mongod.log');
  const supervised = await supervise({
    binary,
    args: mongodArguments(options, { dataDir, port, replicaSetName }),
    dataDir,
    logFile,
    removeDataDir: options.dataDir === undefined,
    env: options.env,
  });
  await ready(supervised, { port, replicaSetName });
  return {
    uri: `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSetName}`,
    port,
    pid: supervised.pid,
    logFile,
    ended: supervised.ended,
    stop: async () => {
      supervised.requestStop();
      await supervised.ended;
    },
    kill: supervised.kill,
  };
}

async function ready(
  supervised: Supervised,
  { port, replicaSetName }: { port: number; replicaSetName: string },
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const abort = new AbortController();
  const early = supervised.ended.then((how) => {
    abort.abort();
    throw new Error(`mongod ${how}`);
  });
  early.catch(() => undefined);
  const primary = bringUpReplicaSet(
    { port, replicaSetName, pid: supervised.pid },
    { deadline, signal: abort.signal },
  );
  primary.catch(() => undefined);
  try {
    await Promise.race([primary, early]);
  } catch (error) {
    supervised.requestStop();
    await supervised.ended;
    throw error;
  }
}

function mongodArguments(
  options: MongodOptions,
  { dataDir, port, replicaSetName }: { dataDir: string; port: number; replicaSetName: string },
): string[] {
  const parameters = {
    // What a killed process left open is given back within 10 s instead of 60.
    transactionLifetimeLimitSeconds: 10,
    // A set of one has nobody to hand over to: no quiet period before it ends.
    shutdownTimeoutMillisForSignaledShutdown: 100,
    // Once a second it writes diagnostics that nobody here reads.
    diagnosticDataCollectionEnabled: false,
    ...options.parameters,
  };
  return [
    ...['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ...['--replSet', replicaSetName, '--storageEngine', 'wiredTiger', '--oplogSize', '256'],
    ...['--wiredTigerCacheSizeGB', String(options.cacheSizeGB ?? 0.5)],
    ...Object.entries(parameters).flatMap(([name, value]) => ['--setParameter', `${name}=${value}`]),
  ];
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && /address already in use|is used by process/i.test(error.message);
}
