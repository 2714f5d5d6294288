import type { EventFilter } from '../../domain/rows/replay.js';
import { endOf, startOf } from '../payments/date-range.js';

type Asked = Pick<EventFilter, 'fingerprint' | 'type' | 'objectId'> & {
  from?: string | undefined;
  to?: string | undefined;
};

/** The conditions of a query or body, with its dates as times. */
export function eventFilterOf({ fingerprint, type, objectId, from, to }: Asked): EventFilter {
  return { fingerprint, type, objectId, from: startOf(from) ?? undefined, until: endOf(to) ?? undefined };
}
