import type { ClientSession } from 'mongodb';

/** What every repository call passes to the server: the session of its transaction, and the time it may take. */
export interface Scope {
  readonly session: ClientSession | null;
  /** Throws `DeadlineExceeded` once the transaction's time is over. */
  options(): { session?: ClientSession; maxTimeMS: number };
}

/** A transaction took longer than it may; nothing of it is stored. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
}

/** A row was changed by somebody else since it was read; nothing of the transaction is stored. */
export class WriteConflict extends Error {
  override name = 'WriteConflict';
}

/** Outside a transaction. */
export function plainScope(maxTimeMS: number): Scope {
  const options = { maxTimeMS };
  return { session: null, options: () => options };
}

export function transactionScope(session: ClientSession, deadline: number): Scope {
  return {
    session,
    options() {
      const left = deadline - performance.now();
      if (left <= 0) throw new DeadlineExceeded('The transaction did not finish in its time');
      return { session, maxTimeMS: Math.ceil(left) };
    },
  };
}
