import { type Environment, loadConfig } from '../config/env.js';
import { createContainer } from '../container.js';
import type { EventFilter } from '../domain/rows/replay.js';
import type { InboxStatus } from '../domain/rows/webhook-event.js';
import { createLogger } from '../observability/logger.js';
import { createRepositories } from '../repositories/repositories.js';
import type { StoredEvent } from '../repositories/stored-events.js';
import { COMMAND_LINE } from '../services/access/api-keys.js';
import type { EventPreview, ReplayInput } from '../services/events/event-use-cases.js';
import { readEvents } from '../services/events/read-events.js';
import { replayEvents as replay } from '../services/events/replay-events.js';
import { systemClock } from '../utils/clock.js';
import { withDatabase } from './with-database.js';

interface FilterOptions {
  fingerprint?: string;
  type?: string;
  object?: string;
  from?: string;
  to?: string;
  limit: number;
}

export interface EventOptions extends FilterOptions {
  status?: InboxStatus;
}

export interface ReplayOptions extends FilterOptions {
  includeApplied: boolean;
  dryRun: boolean;
  reason?: string;
}

/** A line for each event, the newest first. */
export function listEvents(environment: Environment, options: EventOptions): Promise<string[]> {
  return withDatabase(environment, async (database) => {
    const { listEvents: list } = readEvents({
      repositories: createRepositories(database),
      clock: systemClock,
    });
    const { status, limit } = options;
    const { rows, next } = await list({ ...filterOf(options), status, limit, after: null });
    if (rows.length === 0) return ['There is no such event.'];
    return [...rows.map(lineOf), ...(next ? [`There are more: narrow it, or raise --limit.`] : [])];
  });
}

/** What was decided, and the body as it was sent. Throws `event_not_found`. */
export function showEvent(environment: Environment, id: string): Promise<string[]> {
  return withDatabase(environment, async (database) => {
    const { getEvent } = readEvents({ repositories: createRepositories(database), clock: systemClock });
    const row = await getEvent(id);
    const error = row.error ? [`error ${row.error.fingerprint}: ${row.error.message}`] : [];
    return [lineOf(row), ...error, row.body ?? 'Its body is no longer kept.'];
  });
}

/** Throws when nothing names the events, or a reason is missing. */
export async function replayEvents(
  environment: Environment,
  ids: string[],
  options: ReplayOptions,
): Promise<string[]> {
  const filter = { ...filterOf(options), ids: ids.length > 0 ? ids : undefined };
  if (Object.values(filter).every((value) => value === undefined)) {
    throw new Error('Name what to replay: ids, or --fingerprint, --type, --object, --from, --to.');
  }
  const input = { ...filter, includeApplied: options.includeApplied, limit: options.limit };
  if (options.dryRun) return preview(environment, input);
  const { reason } = options;
  if (reason === undefined) throw new Error('Say why with --reason: it is kept in the audit trail.');
  return withDatabase(environment, async (database) => {
    const repositories = createRepositories(database);
    const outcome = await replay({ repositories, clock: systemClock })(input, reason, COMMAND_LINE);
    const more = outcome.more ? ' There are more: run it again.' : '';
    return outcome.replayId === null
      ? ['Nothing to replay.']
      : [`${outcome.setDue} events are due again (${outcome.replayId}).${more}`];
  });
}

/** Reads Stripe where a replay would, so it needs all settings of the service. */
async function preview(environment: Environment, input: ReplayInput): Promise<string[]> {
  const config = loadConfig(environment, { command: 'serve' });
  const container = await createContainer(config, { logger: createLogger({ level: 'silent' }) });
  try {
    const { previews, more } = await container.useCases.previewReplay(input);
    if (previews.length === 0) return ['Nothing to replay.'];
    const end = more ? ['There are more: raise --limit to see them.'] : [];
    return [...previews.flatMap(linesOfPreview), 'Nothing was written.', ...end];
  } finally {
    await container.close();
  }
}

function linesOfPreview({
  event,
  fetched,
  decision,
  reason,
  changes,
  effects,
  error,
}: EventPreview): string[] {
  const verdict = error ?? `${decision} (${reason})${fetched ? ', as Stripe says now' : ''}`;
  return [
    `${event._id}  ${event.type}  ${event.objectId ?? ''}  ${verdict}`,
    ...changes.map(
      ({ id, field, from, to }) => `  ${id} ${field}: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`,
    ),
    ...effects.map(
      ({ key, madeBefore }) => `  ${key}: ${madeBefore ? 'was made before, not again' : 'would be made'}`,
    ),
  ];
}

function lineOf({ _id, created, status, type, objectId, attempts, error }: StoredEvent): string {
  const failed = error ? `  ${attempts} attempts, ${error.fingerprint}` : '';
  return `${created.toISOString()}  ${status.padEnd(7)}  ${_id}  ${type}  ${objectId ?? ''}${failed}`;
}

function filterOf({ fingerprint, type, object, from, to }: FilterOptions): EventFilter {
  return { fingerprint, type, objectId: object, from: timeOf(from), until: timeOf(to) };
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new Error(`${text} is no time: write 2025-01-15 or 2025-01-15T12:00:00Z.`);
  return time;
}
