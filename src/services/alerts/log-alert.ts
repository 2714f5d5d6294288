import type { Sender } from '../outbox/send-message.js';

interface AlertLog {
  warn(context: object, message: string): void;
}

/** The first form of an alert: one line of the log each. Its key is the effect's, so that it is told once. */
export function logAlert(logger: AlertLog): Sender<'alert'> {
  return async ({ name, subjectId }, key) => {
    logger.warn({ alert: name, subjectId, alertId: key }, 'A person must look at this');
  };
}
