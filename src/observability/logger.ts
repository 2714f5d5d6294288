import { type DestinationStream, type Logger, pino } from 'pino';
import { redactSecrets } from '../utils/redact.js';
import { allowedFields, describeError, describeRequest, describeResponse } from './log-fields.js';

export type { Logger } from 'pino';

/** For pino-http, whose own serializers would write headers: pass these as its `serializers`. */
export const logSerializers = { err: describeError, req: describeRequest, res: describeResponse };

/**
 * Writes JSON lines to standard output (or to `destination`). `error` means that a person must act now; a failure
 * that is retried is `warn`. Bind what every line of a piece of work should carry: `logger.child({ requestId })`.
 *
 * Two nets keep secrets out: only known fields pass (`allowedFields`), and the finished line is searched for what
 * looks like a secret or a card number.
 */
export function createLogger(
  config: { level: Logger['level'] },
  destination: DestinationStream = pino.destination(1),
): Logger {
  const options = {
    level: config.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: logSerializers,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: allowedFields,
    },
    // For a library that brings serializers of its own.
    redact: { paths: ['req.headers', 'req.query', 'req.body', 'res.headers'], remove: true },
    hooks: { streamWrite: redactSecrets },
  };
  return pino(options, destination);
}
