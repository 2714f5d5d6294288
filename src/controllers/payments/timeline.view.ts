import type { TimelineEntry } from '../../domain/timeline.js';
import type { PaymentTimelineResponse } from '../../schemas/payments/payment-timeline.js';

export function toTimelineEntry(entry: TimelineEntry): PaymentTimelineResponse['data'][number] {
  const { id, at, kind, objectId, text, decision, reason } = entry;
  const changes = entry.changes.map((change) => {
    return { id: change.id, field: change.field, from: change.from, to: change.to };
  });
  return { id, at: at.toISOString(), kind, objectId, text, decision, reason, changes };
}
