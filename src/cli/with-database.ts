import { ConfigError, type Environment, loadConfig } from '../config/env.js';
import { connectDatabase, type Database } from '../db/connect.js';

/** Connects with the configured settings for the length of one command. Throws ConfigError without MONGODB_URI. */
export async function withDatabase<T>(
  environment: Environment,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { mongodb } = loadConfig(environment, { command: 'dev' });
  const { uri } = mongodb;
  if (uri === null) throw new ConfigError([{ name: 'MONGODB_URI', message: 'is required by this command' }]);
  const database = await connectDatabase({ ...mongodb, uri });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
