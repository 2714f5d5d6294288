import type { Sender } from '../outbox/send-message.js';
import { type Mailer, messageIdOf } from '../receipts/mailer.js';
import { alertTexts } from './alert-texts.js';

/**
 * The mail to ALERT_EMAIL, in plain text: what happened, to which object, what to do next. Its Message-ID is the
 * effect's key. One that was made before the setting was taken away goes to nobody.
 */
export function mailAlert({
  mailer,
  from,
  to,
}: {
  mailer: Mailer;
  from: string;
  to: string | null;
}): Sender<'alert_mail'> {
  return async ({ name, subjectId }, effectKey) => {
    if (to === null) return;
    const { happened, next } = alertTexts[name];
    const lines = [
      happened,
      '',
      `Object: ${subjectId}`,
      `Alert: ${name}`,
      '',
      `What to do next: ${next}`,
      ...explained(subjectId),
    ];
    await mailer.send({
      to,
      from,
      subject: `[Guichet] ${happened.replace(/\.$/, '')}: ${subjectId}`,
      text: `${lines.join('\n')}\n`,
      messageId: messageIdOf(effectKey, from),
    });
  };
}

/** The key of a message names an object (`receipt:pay_1:0`); what is about a day has nothing to explain. */
function explained(subjectId: string): string[] {
  const id = subjectId.split(':').find((part) => part.includes('_'));
  return id === undefined ? [] : ['', `What is known of it: guichet explain ${id}`];
}
