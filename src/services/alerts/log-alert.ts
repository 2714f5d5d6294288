import type { Sender } from '../outbox/send-message.js';
import { alertTexts } from './alert-texts.js';
import type { AlertDependencies } from './raise-alert.js';

interface LogAlertDependencies extends AlertDependencies {
  logger: { warn(context: object, message: string): void };
  /** Null where alerts are for the log alone. */
  mailTo: string | null;
}

/**
 * One line of the log for each alert, and its mail as an effect of its own: a mail server that is away neither repeats
 * the line nor holds it back.
 */
export function logAlert({ repositories, clock, logger, mailTo }: LogAlertDependencies): Sender<'alert'> {
  return async ({ name, subjectId }, key) => {
    const { happened, next } = alertTexts[name];
    logger.warn(
      { alert: name, subjectId, alertId: key, happened, advice: next },
      'A person must look at this',
    );
    if (mailTo === null) return;
    const mail = { type: 'effect' as const, kind: 'alert_mail' as const, payload: { name, subjectId } };
    await repositories.outbox.add([{ ...mail, id: key.replace(/^alert:/, 'alert-mail:') }], clock.now());
  };
}
