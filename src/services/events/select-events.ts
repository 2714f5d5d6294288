import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { StoredEventQuery } from '../../repositories/stored-events.js';
import { familyOfEvent } from '../stripe/families/registry.js';
import type { ReplayInput } from './event-use-cases.js';

const SETTLED = ['dead', 'applied', 'ignored'] as const;

/**
 * The events that a replay means, the oldest first, and whether there are more. Of those that were ignored, only what a
 * family reads by now: another mode's events and thin ones are not for us at any time.
 */
export async function selectEvents(
  { storedEvents }: Pick<Repositories, 'storedEvents'>,
  { includeApplied, limit, ...filter }: ReplayInput,
): Promise<{ rows: WebhookEventRow[]; more: boolean }> {
  const wide = includeApplied || filter.ids !== undefined;
  const query: StoredEventQuery = {
    ...filter,
    statuses: wide && filter.fingerprint === undefined ? SETTLED : ['dead'],
    after: null,
    order: 'oldest',
    limit: limit + 1,
  };
  const found = await storedEvents.listWhole(query);
  return { rows: found.slice(0, limit).filter(isReadable), more: found.length > limit };
}

function isReadable({ status, reason, type }: WebhookEventRow): boolean {
  return status !== 'ignored' || (reason === 'no_family' && familyOfEvent(type) !== null);
}

/**
 * Whether its object is read from Stripe instead (DESIGN rule 3.1): what was applied before, and what is no longer whole. A
 * dead letter was never applied, so it is tried as it came.
 */
export function isFetched({ status, body, redactedAt }: WebhookEventRow): boolean {
  return status === 'applied' || body === undefined || redactedAt !== undefined;
}
