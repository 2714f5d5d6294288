import type { Effect } from '../../../domain/changes.js';
import type { AlertName } from '../../../domain/rows/outbox-message.js';

/** Told once for each subject, or for whatever `once` names: the effect's key outlives it. */
export function alertOf(name: AlertName, subjectId: string, once = subjectId): Effect<'alert'> {
  return { type: 'effect', id: `alert:${name}:${once}`, kind: 'alert', payload: { name, subjectId } };
}
