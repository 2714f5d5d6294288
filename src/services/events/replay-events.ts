import { type Change, insert } from '../../domain/changes.js';
import type { ReplayRow } from '../../domain/rows/replay.js';
import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { ReplayWrite } from '../../repositories/stored-events.js';
import type { Clock } from '../../utils/clock.js';
import { newId } from '../../utils/ids.js';
import { laneKeyOfEvent } from '../stripe/webhooks/lane-key.js';
import { laneOf } from '../stripe/webhooks/lanes.js';
import type { EventUseCases, ReplayInput } from './event-use-cases.js';
import { isFetched, selectEvents } from './select-events.js';

/** A thousand rows are updated in well under a second. */
const REPLAY_TRANSACTION = { deadlineMs: 4000 };

/**
 * Sets stored events due once more, with an audit record of who asked and why, in one transaction. One that somebody else
 * set due meanwhile is left. Replayed twice, an event is only decided twice: effects have unique keys.
 */
export function replayEvents({
  repositories,
  clock,
}: {
  repositories: Repositories;
  clock: Clock;
}): EventUseCases['replayEvents'] {
  return async (input, reason, by) => {
    const { rows, more } = await selectEvents(repositories, input);
    if (rows.length === 0) return { replayId: null, setDue: 0, more };
    const writes = rows.map(writeOf);
    const { replayId, setDue } = await repositories.transaction(REPLAY_TRANSACTION, async (bound) => {
      const now = clock.now();
      const setDue = await bound.storedEvents.setDue(writes, now);
      const row = replayRow(input, { reason, setDue }, now);
      const set = new WorkingSet();
      set.apply(recordOf(row), by, now);
      await bound.commit({ rows: set, mirror: [], now });
      return { replayId: row._id, setDue };
    });
    return { replayId, setDue, more };
  };
}

function writeOf(row: WebhookEventRow): ReplayWrite {
  const { _id: id, status, origin, body } = row;
  const laneKey = laneKeyOfEvent(row);
  return {
    id,
    status,
    laneKey,
    lane: body === undefined ? 'fetch' : laneOf(laneKey),
    origin: isFetched(row) ? 'replay' : origin,
  };
}

function replayRow(
  { includeApplied: _all, limit: _limit, ...filter }: ReplayInput,
  { reason, setDue }: Pick<ReplayRow, 'reason' | 'setDue'>,
  now: Date,
): ReplayRow {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const stamps = { createdAt: now, updatedAt: now };
  return { _id: newId('rpl'), filter: given, reason, setDue, version: 1, audit: null, ...stamps };
}

function recordOf(row: ReplayRow): Change[] {
  const { _id: id, filter, reason, setDue } = row;
  const after = { filter, setDue };
  return [
    insert('replays', row),
    { type: 'audit', collection: 'replays', id, action: 'events.replayed', reason, before: {}, after },
  ];
}
