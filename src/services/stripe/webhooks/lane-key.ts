import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { familyOfEvent } from '../families/registry.js';

/** The lane key of a stored event by the families of today: of one that was ignored it may have had none. */
export function laneKeyOfEvent({ type, body, laneKey, status }: WebhookEventRow): string {
  const family = status === 'ignored' ? familyOfEvent(type) : null;
  if (!family || body === undefined) return laneKey;
  const { data } = JSON.parse(body) as { data: { object: StripeObject } };
  return family.laneKey(data.object);
}
