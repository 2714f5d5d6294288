import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { commandLine, isAlive } from '../processes.js';
import { readRecord, recordFile, STOP_GRACE_MS, type SupervisorRecord } from './supervisor-record.js';

const POLL_MS = 25;
const OWNER_PATIENCE_MS = 1_000;

/**
 * Makes sure that no mongod runs on this data: waits for one that is ending with its dead owner, and ends one that
 * has lost its supervisor too.
 * @throws Error naming the process when a living Guichet uses the data
 */
export async function clearOrphan(dataDir: string, onProgress: (message: string) => void): Promise<void> {
  const record = await readRecord(dataDir);
  if (record !== undefined && (await runsOn(record.supervisor, dataDir))) {
    await waitForSupervisor(record, { dataDir, onProgress });
  }
  await rm(recordFile(dataDir), { force: true });
  const mongod = await readMongodLock(dataDir);
  if (mongod === undefined || !(await runsOn(mongod, dataDir))) return;
  onProgress(`Ending the MongoDB that an earlier run left on ${dataDir} (process ${mongod})`);
  process.kill(mongod, 'SIGTERM');
  if (await hasEnded(mongod, STOP_GRACE_MS)) return;
  process.kill(mongod, 'SIGKILL');
  if (!(await hasEnded(mongod, STOP_GRACE_MS)))
    throw new Error(`Process ${mongod} on ${dataDir} cannot be ended`);
}

async function waitForSupervisor(
  record: SupervisorRecord,
  { dataDir, onProgress }: { dataDir: string; onProgress: (message: string) => void },
): Promise<void> {
  if (isAlive(record.owner)) {
    if (await hasEnded(record.supervisor, OWNER_PATIENCE_MS)) return;
    if (isAlive(record.owner)) {
      throw new Error(
        `MongoDB already runs on ${dataDir}, for process ${record.owner}. Stop that one first.`,
      );
    }
  }
  onProgress('Waiting for the MongoDB of an earlier run to end');
  if (await hasEnded(record.supervisor, 2 * STOP_GRACE_MS)) return;
  process.kill(record.supervisor, 'SIGKILL');
  await hasEnded(record.supervisor, STOP_GRACE_MS);
}

/** mongod keeps its process id in its lock file, and empties the file when it ends cleanly. */
async function readMongodLock(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'mongod.lock'), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Process ids are used again: only a process that names this very folder is the one we mean. */
async function runsOn(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return (await commandLine(pid)).includes(resolve(dataDir));
}

async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await wait(POLL_MS);
  }
  return true;
}
