import { redactPersonal } from '../../domain/redact-personal.js';
import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';

export interface RetentionDependencies {
  repositories: Repositories;
  clock: Clock;
}

const BATCH = 100;

/**
 * Ends the retention of event bodies, a batch at a time: of what is done they go, and a dead letter, which waits for a
 * person, keeps what is not personal. True when there may be more.
 */
export async function endBodies({ repositories, clock }: RetentionDependencies): Promise<boolean> {
  const { eventBodies } = repositories;
  const now = clock.now();
  const rows = await eventBodies.bodiesOver(now, BATCH);
  const dead = rows.filter(({ status }) => status === 'dead');
  await eventBodies.putRedacted(dead.map(redacted), { now, ended: true });
  await eventBodies.unsetBodies(rows.filter(({ status }) => status !== 'dead').map(({ _id }) => _id));
  return rows.length === BATCH;
}

/** A body that is no JSON cannot be looked through, so nothing of it is kept. */
export function redacted({ _id, status, body = '' }: WebhookEventRow) {
  return { _id, status, body: redactedText(body) };
}

function redactedText(body: string): string {
  try {
    return JSON.stringify(redactPersonal(JSON.parse(body)));
  } catch {
    return '{}';
  }
}
