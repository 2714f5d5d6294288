import type { Effect } from '../../../domain/changes.js';
import type { AlertName } from '../../../domain/rows/outbox-message.js';

/** Told once for each subject: the effect's key outlives it. */
export function alertOf(name: AlertName, subjectId: string): Effect<'alert'> {
  return { type: 'effect', id: `alert:${name}:${subjectId}`, kind: 'alert', payload: { name, subjectId } };
}
