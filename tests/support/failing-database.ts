import { MongoClient } from 'mongodb';
import { startTestMongod } from './mongod.js';

export interface FailingDatabase {
  uri: string;
  /** From now on these commands of the service (not of the test) lose their connection, or fail with a code. */
  fail(commands: readonly string[], how?: { errorCode: number }): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything that changes rows, in a transaction or outside. */
export const WRITES = ['insert', 'update', 'findAndModify', 'commitTransaction'] as const;

/** A mongod of the test's own that can be told to refuse the service, as in a failover. */
export async function startFailingDatabase(): Promise<FailingDatabase> {
  const mongod = await startTestMongod();
  const client = await MongoClient.connect(mongod.uri);
  const failPoint = (mode: 'alwaysOn' | 'off', data: object = {}) =>
    client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });
  return {
    uri: mongod.uri,
    async fail(failCommands, how) {
      const effect = how ?? { closeConnection: true };
      await failPoint('alwaysOn', { failCommands: [...failCommands], appName: 'guichet', ...effect });
    },
    async heal() {
      await failPoint('off');
    },
    async stop() {
      await client.close();
      await mongod.stop();
    },
  };
}
