import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLine, isAlive } from './processes.js';

const holderSchema = z.object({ pid: z.number(), command: z.string() });

export interface HomeLock {
  release(): Promise<void>;
}

/**
 * Keeps a second `guichet dev` off this home. A lock whose holder was killed is taken over.
 * @throws Error naming the process that holds it
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const file = join(home, 'dev.lock');
  const mine = JSON.stringify({ pid: process.pid, command: await commandLine(process.pid) });
  if (!(await create(file, mine))) {
    const holder = await readHolder(file);
    if (holder !== undefined && (await holds(holder))) {
      throw new Error(
        `guichet dev already runs on ${home} (process ${holder.pid}). Stop it, or set GUICHET_HOME to another folder.`,
      );
    }
    await rm(file, { force: true });
    if (!(await create(file, mine))) throw new Error(`Another guichet dev is starting on ${home}.`);
  }
  return {
    release: async () => {
      const holder = await readHolder(file);
      if (holder?.pid === process.pid) await rm(file, { force: true });
    },
  };
}

/** @returns whether the lock is ours; false when there is one already */
async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<z.infer<typeof holderSchema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Process ids are used again (always so in a container): the command line must be the same too. */
async function holds({ pid, command }: z.infer<typeof holderSchema>): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)) === command;
}
