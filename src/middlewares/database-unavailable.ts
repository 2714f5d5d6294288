/** By name, because the web layer does not import the driver. */
const NAMES = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoWriteConcernError',
  // Ours: the transaction met others, or too many, until its time was over. Nothing of it is stored.
  'DeadlineExceeded',
  'WriteConflict',
]);

/**
 * Not primary, stepping down, shutting down, out of time, majority not reached, transaction aborted:
 * https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md
 */
const CODES = new Set([
  6, 7, 50, 64, 89, 91, 112, 134, 189, 251, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
]);

/** Whether MongoDB could not be asked, or could not promise: the same request may succeed later. */
export function isDatabaseUnavailable(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > 3) return false;
  if (NAMES.has(thrown.name)) return true;
  // The driver gives the error of a lost connection as a bulk write's `errorResponse`.
  const { code, cause, errorResponse } = thrown as {
    code?: unknown;
    cause?: unknown;
    errorResponse?: unknown;
  };
  const fromServer = thrown.name.startsWith('Mongo') && typeof code === 'number';
  if (fromServer && CODES.has(code)) return true;
  return [cause, errorResponse].some((inner) => isDatabaseUnavailable(inner, depth + 1));
}
