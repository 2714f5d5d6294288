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
  // Ours: others held the rows, or the time of the transaction was over. Nothing of it is stored.
  'WriteConflict',
  'DeadlineExceeded',
]);

/**
 * Not primary, stepping down, shutting down, out of time, majority not reached, rows that another transaction holds
 * (a killed process leaves its own open for some seconds):
 * https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md
 */
const CODES = new Set([
  6, 7, 24, 50, 64, 89, 91, 112, 134, 189, 246, 251, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
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
