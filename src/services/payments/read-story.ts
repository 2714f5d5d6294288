import { type TimelineEntry, timelineOf } from '../../domain/timeline.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Story } from './find-story.js';

type Sources = Pick<Repositories, 'webhookEvents' | 'operations' | 'auditRecords' | 'snapshotDecisions'>;

export interface ToldStory {
  /** Oldest first. */
  entries: TimelineEntry[];
  /** False when more is kept of it than is told. */
  complete: boolean;
}

/** A payment has some tens of rows of each kind. */
const MOST = 2000;

/** Everything that is kept of a story, by one indexed read of each source (and lane). */
export async function readStory(
  { webhookEvents, operations, auditRecords, snapshotDecisions }: Sources,
  { ids, laneKeys }: Story,
): Promise<ToldStory> {
  const [events, decisions, asked, audits] = await Promise.all([
    Promise.all(laneKeys.map((laneKey) => webhookEvents.ofLane(laneKey, MOST))),
    Promise.all(laneKeys.map((laneKey) => snapshotDecisions.ofLane(laneKey, MOST))),
    operations.ofSubjects(ids, MOST),
    auditRecords.ofStreams(ids, MOST),
  ]);
  return {
    entries: timelineOf({ events: events.flat(), decisions: decisions.flat(), operations: asked, audits }),
    complete: [...events, ...decisions, asked, audits].every((rows) => rows.length < MOST),
  };
}
