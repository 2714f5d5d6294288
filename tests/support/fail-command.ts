import type { MongoClient } from 'mongodb';

/** https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point */
export interface CommandFault {
  failCommands: readonly string[];
  /** `database.collection`; else all. */
  namespace?: string;
  closeConnection?: boolean;
  errorCode?: number;
  errorLabels?: readonly string[];
  writeConcernError?: { code: number; errmsg: string };
  blockConnection?: boolean;
  blockTimeMS?: number;
}

type Mode = 'alwaysOn' | { times: number } | { activationProbability: number };

/**
 * Makes the service's commands fail on the server. For a mongod of the test's own: the fault is the server's.
 * Returns how often it had struck before, for `waitForFailPoint`.
 */
export async function failCommands(client: MongoClient, fault: CommandFault, mode: Mode): Promise<number> {
  const data = { appName: 'guichet', ...fault };
  const { count } = await client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });
  return Number(count);
}

export async function failNoCommands(client: MongoClient): Promise<void> {
  await client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' });
}
