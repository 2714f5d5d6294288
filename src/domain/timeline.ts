import type { AuditRecordRow } from './rows/audit-record.js';
import type { OperationRow } from './rows/operation.js';
import type { FieldChange, NotedValue, SnapshotDecisionRow, SnapshotNote } from './rows/snapshot-note.js';
import type { WebhookEventRow } from './rows/webhook-event.js';
import {
  actorInWords,
  decisionInWords,
  operationInWords,
  reasonInWords,
  sightInWords,
} from './timeline-words.js';

/** One thing that happened. */
export interface TimelineEntry {
  id: string;
  at: Date;
  kind: 'operation' | 'snapshot' | 'change';
  /** Our id, or Stripe's, of what it is about. */
  objectId: string;
  text: string;
  /** What was decided on a snapshot; null for what is none. */
  decision: string | null;
  reason: string | null;
  changes: FieldChange[];
}

/** An event as the inbox keeps it; its body is not needed. */
export type StoredEvent = Omit<WebhookEventRow, 'body'>;

export interface TimelineRows {
  events: readonly StoredEvent[];
  operations: readonly OperationRow[];
  audits: readonly AuditRecordRow[];
  decisions: readonly SnapshotDecisionRow[];
}

/** What is asked comes before what is seen of it, and that before what it changes, at the same time. */
const ORDER: Readonly<Record<TimelineEntry['kind'], number>> = { operation: 0, snapshot: 1, change: 2 };

/** By time; at the same time by kind. It is the same for ever, and so the place of a page. */
export function placeOf({ at, kind, id }: TimelineEntry): string {
  return `${String(at.getTime()).padStart(15, '0')}:${ORDER[kind]}:${id}`;
}

/** Everything that the rows tell, oldest first, each thing once: an event is told by its row in the inbox while that is kept. */
export function timelineOf({ events, operations, audits, decisions }: TimelineRows): TimelineEntry[] {
  const inAudits = audits.flatMap(({ _id, at, snapshots = [] }) =>
    snapshots.map((note, index) => ({ note, at, id: `${_id}/${index}` })),
  );
  const notes = [...inAudits, ...decisions.map((row) => ({ note: row, at: row.at, id: row._id }))];
  const stored = new Set(events.map(({ _id }) => _id));
  const changesOf = new Map(notes.map(({ note }) => [note.eventId, note.changes]));
  const entries = [
    ...events.map((event) => ({ ...entryOfEvent(event), changes: changesOf.get(event._id) ?? [] })),
    ...operations.flatMap(entriesOfOperation),
    ...notes.filter(({ note }) => note.eventId === null || !stored.has(note.eventId)).map(entryOfNote),
    ...audits.map(entryOfAudit),
  ];
  return entries.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function entryOfEvent(event: StoredEvent): TimelineEntry {
  const { _id, type, objectId, receivedAt, created, error } = event;
  const sight = `Event ${_id}: ${type}, made ${created.toISOString()}.`;
  return {
    id: _id,
    at: receivedAt,
    kind: 'snapshot',
    objectId: objectId ?? _id,
    text: `${sight} ${fateOf(event)}${error === null ? '' : ` ${error.message}`}`,
    decision: event.decision ?? event.status,
    reason: event.reason ?? event.doubt ?? null,
    changes: [],
  };
}

function fateOf({ status, decision, reason, attempts, doubt }: StoredEvent): string {
  if (status === 'dead') return `Dead letter after ${attempts} attempts.`;
  if (status === 'ignored') return `Not used: ${reasonInWords(reason ?? 'no reason')}.`;
  if (decision !== null) return decisionInWords(decision, reason ?? '', doubt ?? null);
  return attempts === 0 ? 'Waits to be applied.' : `Failed ${attempts} times and is tried again.`;
}

function entryOfNote({ note, at, id }: { note: SnapshotNote; at: Date; id: string }): TimelineEntry {
  const { decision, reason, changes, stripeId: objectId } = note;
  const text = `${sightInWords(note)} ${decisionInWords(decision, reason)}`;
  return { id, at, kind: 'snapshot', objectId, text, decision, reason, changes };
}

/** That it was asked, and how it ended. Neither its parameters nor its key are told. */
function entriesOfOperation(operation: OperationRow): TimelineEntry[] {
  const { _id, kind, subject, createdAt, settledAt, actor } = operation;
  const told = {
    kind: 'operation' as const,
    objectId: subject.id,
    decision: null,
    reason: null,
    changes: [],
  };
  const name = operationInWords(kind, subject.id);
  const asked = `Operation ${_id}: ${name}, asked by ${actorInWords(actor)}.`;
  const open = operation.open ? ` It is ${operation.status}.` : '';
  const first = { ...told, id: `${_id}:asked`, at: createdAt, text: `${asked}${open}` };
  if (settledAt === null) return [first];
  return [
    first,
    { ...told, id: `${_id}:settled`, at: settledAt, text: `Operation ${_id}: ${endOf(operation)}` },
  ];
}

function endOf({ status, resultId, refusal, attempt }: OperationRow): string {
  const attempts = attempt > 1 ? `, at attempt ${attempt}` : '';
  if (refusal === null) return `${status}${attempts}${resultId === null ? '' : ` (${resultId})`}.`;
  const code = [refusal.code, refusal.declineCode].filter((each) => each !== null).join(', ');
  return `${status}${attempts}: ${refusal.status} ${code || refusal.type}.`;
}

function entryOfAudit(record: AuditRecordRow): TimelineEntry {
  const { _id, stream, action, actor, reason, requestId, at, before, after } = record;
  const request = requestId === null ? '' : `, request ${requestId}`;
  const why = reason === null ? '' : ` Reason: ${reason}.`;
  return {
    ...{ id: _id, at, kind: 'change', objectId: stream, decision: null, reason },
    text: `${action} of ${stream}, by ${actorInWords(actor)}${request}.${why}`,
    changes: differences(stream, before, after),
  };
}

function differences(
  id: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.flatMap((field) => {
    const [from, to] = [toldValue(before[field]), toldValue(after[field])];
    return from === to ? [] : [{ id, field, from, to }];
  });
}

function toldValue(value: unknown): NotedValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}
