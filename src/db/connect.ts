import type { MongoClient } from 'mongodb';
import { type Connection, Mongoose } from 'mongoose';

export interface DatabaseSettings {
  uri: string;
  dbName: string;
  collectionPrefix: string;
  maxPoolSize: number;
  serverSelectionTimeoutMs: number;
  socketTimeoutMs: number;
  /** For one connection; by default the driver's 30 s, which also hold up the end of a process. */
  connectTimeoutMs?: number;
  readConcern: 'local' | 'majority' | 'linearizable';
  writeConcern: 'majority' | number;
  /** The longest an API read may take on the server. */
  readMaxTimeMs: number;
}

export interface Database {
  connection: Connection;
  client: MongoClient;
  settings: DatabaseSettings;
  close(): Promise<void>;
}

/** Names our connections in `$currentOp`, so that only our own idle transactions are ended. */
export const APP_NAME = 'guichet';

/**
 * Connects with a Mongoose instance of its own: a host application's settings and models are never touched.
 * Throws the driver's MongoServerSelectionError after `serverSelectionTimeoutMs` when nothing answers.
 */
export async function connectDatabase(settings: DatabaseSettings): Promise<Database> {
  const mongoose = new Mongoose();
  mongoose.set('sanitizeFilter', true);
  mongoose.set('strictQuery', 'throw');
  mongoose.set('bufferCommands', false);
  mongoose.set('autoIndex', false);
  mongoose.set('autoCreate', false);
  const connection = await mongoose
    .createConnection(settings.uri, {
      dbName: settings.dbName,
      appName: APP_NAME,
      maxPoolSize: settings.maxPoolSize,
      serverSelectionTimeoutMS: settings.serverSelectionTimeoutMs,
      socketTimeoutMS: settings.socketTimeoutMs,
      ...(settings.connectTimeoutMs === undefined ? {} : { connectTimeoutMS: settings.connectTimeoutMs }),
      readConcern: { level: settings.readConcern },
      writeConcern: { w: settings.writeConcern },
      readPreference: 'primary',
      retryWrites: true,
    })
    .asPromise();
  return { connection, client: connection.getClient(), settings, close: () => connection.close() };
}

/** Transactions need a replica set: fails with what to do on a standalone server. */
export async function assertReplicaSet(database: Database): Promise<void> {
  const hello = await database.client.db('admin').command({ hello: 1 });
  if (typeof hello.setName === 'string' || hello.msg === 'isdbgrid') return;
  throw new Error(
    'MONGODB_URI points at a standalone MongoDB server, and Guichet needs transactions. ' +
      'Start mongod with --replSet and run rs.initiate(), or use Atlas.',
  );
}
