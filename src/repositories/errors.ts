import { MongoServerError } from 'mongodb';

const DUPLICATE_KEY = 11000;

/** A unique index refused a row: somebody else made it first. Inside a transaction it aborted the whole of it. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}
