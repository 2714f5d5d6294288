import { MongoClient } from 'mongodb';

/**
 * A process that writes a row inside a transaction and never ends it, for tests that kill it. Its environment names the
 * database, the collection, the row, and as which application it connects.
 */
const { MONGODB_URI = '', DB_NAME = '', COLLECTION = '', ROW_ID = '', APP_NAME = '' } = process.env;

const client = await MongoClient.connect(MONGODB_URI, { appName: APP_NAME });
const session = client.startSession();
session.startTransaction();
await client
  .db(DB_NAME)
  .collection<{ _id: string }>(COLLECTION)
  .updateOne({ _id: ROW_ID }, { $set: { heldBy: APP_NAME } }, { session });
process.stdout.write('holding\n');
setInterval(() => undefined, 60_000);
