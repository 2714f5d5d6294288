import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** mongod writes its checkpoint and ends within a second or two; what takes longer is stuck. */
export const STOP_GRACE_MS = 10_000;

const recordSchema = z.object({ supervisor: z.number(), owner: z.number() });

export type SupervisorRecord = z.infer<typeof recordSchema>;

/** The supervisor's note of who runs on this data; it goes when mongod ends. */
export function recordFile(dataDir: string): string {
  return join(dataDir, 'guichet-supervisor.json');
}

/** The note, if there is one that can be read. */
export async function readRecord(dataDir: string): Promise<SupervisorRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}
