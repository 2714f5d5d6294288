import { createHash } from 'node:crypto';
import { errorShape } from '../../../domain/error-shape.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { Repositories } from '../../../repositories/repositories.js';
import { isConflict } from '../../../repositories/transaction.js';
import { backoffMs } from '../../../utils/backoff.js';
import type { Clock } from '../../../utils/clock.js';
import { raiseAlert } from '../../alerts/raise-alert.js';

export interface PutOffDependencies {
  repositories: Pick<Repositories, 'outbox' | 'webhookEvents'>;
  clock: Clock;
  logger: { warn(context: object, message: string): void; error(context: object, message: string): void };
}

/** The pauses add up to eleven hours at most before an event is a dead letter. */
const MAX_ATTEMPTS = 14;
const BASE_MS = 5000;
/** Whoever else writes the same rows is done in a moment. */
const CONFLICT_BASE_MS = 100;
const CAP_MS = 6 * 3_600_000;
const DAY_LENGTH = '2025-01-15'.length;

/** An event that cannot be applied is tried again later, alone; in the end it waits for a person. */
export async function putOff(
  dependencies: PutOffDependencies,
  row: WebhookEventRow,
  cause: unknown,
): Promise<void> {
  const { repositories, clock, logger } = dependencies;
  const message = cause instanceof Error ? cause.message : String(cause);
  const error = { fingerprint: fingerprintOf(cause, message), message };
  const attempts = row.attempts + 1;
  if (attempts >= MAX_ATTEMPTS) return bury(dependencies, row, { error, attempts });
  const baseMs = isConflict(cause) ? CONFLICT_BASE_MS : BASE_MS;
  const pause = backoffMs({ attempt: attempts, baseMs, capMs: CAP_MS, random: Math.random });
  const dueAt = new Date(clock.now().getTime() + pause);
  await repositories.webhookEvents.postpone(row._id, { dueAt, error, attempts });
  logger.warn({ eventId: row._id, type: row.type, attempts, message }, 'Webhook event is put off');
}

/** Makes a dead letter of an event at which workers died: it is not tried once more. */
export function buryUntried(dependencies: PutOffDependencies, row: WebhookEventRow): Promise<void> {
  const message = 'Workers died while it was at hand';
  const error = { fingerprint: fingerprintOf(null, message), message };
  return bury(dependencies, row, { error, attempts: row.attempts });
}

/**
 * The alert first: killed in between, we come back to an event that is still due, and tell of it all the same. One alert
 * for each cause and day, however many events it hits.
 */
async function bury(
  dependencies: PutOffDependencies,
  { _id, type }: WebhookEventRow,
  { error, attempts }: { error: { fingerprint: string; message: string }; attempts: number },
): Promise<void> {
  const { repositories, clock, logger } = dependencies;
  const day = clock.now().toISOString().slice(0, DAY_LENGTH);
  const once = `${error.fingerprint}:${day}`;
  await raiseAlert(dependencies, { name: 'event_dead', subjectId: _id, once });
  await repositories.webhookEvents.bury(_id, error, attempts);
  const { fingerprint, message } = error;
  logger.error({ eventId: _id, type, attempts, fingerprint, message }, 'Webhook event is a dead letter');
}

function fingerprintOf(cause: unknown, message: string): string {
  const name = cause instanceof Error ? cause.name : 'Error';
  return createHash('sha256').update(errorShape(name, message)).digest('hex').slice(0, 16);
}
