import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientSession, MongoError, MongoErrorLabel, MongoServerError } from 'mongodb';
import type { Database } from '../db/connect.js';
import { DeadlineExceeded, type Scope, transactionScope, WriteConflict } from './scope.js';

const inside = new AsyncLocalStorage<true>();
/** Two that meet step aside for a random moment: short at first, since somebody waits, and longer while they meet again. */
const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 32;
const MAX_TIME_EXPIRED = 50;

export interface TransactionLimits {
  /** Milliseconds over all attempts, from when its turn has come. */
  deadlineMs: number;
  /** How often it is tried when it meets others; until the deadline when absent. */
  attempts?: number;
}

export interface TransactionOptions extends TransactionLimits {
  /** Bounds how many run at once. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Runs `fn` in one transaction (snapshot reads, majority commit) and returns what it returned.
 *
 * `fn` may run several times, so it keeps no state in closures, makes its calls one after another, and calls nothing
 * on the network. Throws `DeadlineExceeded` after `deadlineMs` over all attempts (the driver alone would try for
 * 120 s), `WriteConflict` when a row moved under it and no time is left, and at once when nested.
 */
export async function runTransaction<T>(
  database: Database,
  { inTurn, ...limits }: TransactionOptions,
  fn: (scope: Scope) => Promise<T>,
): Promise<T> {
  if (inside.getStore()) throw new Error('A transaction inside a transaction would commit apart from it');
  return inTurn(() => untilCommitted(database, limits, fn));
}

async function untilCommitted<T>(
  database: Database,
  { deadlineMs, attempts = Number.POSITIVE_INFINITY }: TransactionLimits,
  fn: (scope: Scope) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  const session = database.client.startSession();
  try {
    for (let tried = 1; ; tried += 1) {
      try {
        return await inside.run(true, () => attempt(session, deadline, fn));
      } catch (error) {
        if (!isTransient(error) || tried >= attempts || performance.now() >= deadline) throw error;
        await delay(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** tried, MAX_PAUSE_MS));
      }
    }
  } finally {
    await session.endSession();
  }
}

async function attempt<T>(
  session: ClientSession,
  deadline: number,
  fn: (scope: Scope) => Promise<T>,
): Promise<T> {
  const scope = transactionScope(session, deadline);
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority' },
    maxCommitTimeMS: scope.options().maxTimeMS,
  });
  try {
    const result = await fn(scope);
    scope.options();
    await commit(session, deadline);
    return result;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw endedByServer(error) ? outOfTime(error) : error;
  }
}

/** Every operation is given the time that is left: the server ends it when the transaction's deadline has come. */
function endedByServer(error: unknown): boolean {
  if (hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult)) return false;
  return error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED;
}

function outOfTime(cause: unknown): DeadlineExceeded {
  return new DeadlineExceeded('The transaction did not finish in its time', { cause });
}

/** A commit whose answer was lost may have happened: asking again is safe, and the only way to know. */
async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      const unknown = hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult);
      if (!unknown || performance.now() >= deadline) throw error;
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof WriteConflict || hasLabel(error, MongoErrorLabel.TransientTransactionError);
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

/** Whether nothing was stored because rows moved or time ran out: the caller may decide again, or smaller. */
export function isConflict(error: unknown): boolean {
  return isTransient(error) || error instanceof DeadlineExceeded;
}
