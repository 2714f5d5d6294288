import { randomUUID } from 'node:crypto';
import type { EffectKind, EffectPayloads } from '../../domain/rows/outbox-message.js';
import { keepRenewing } from '../../repositories/lease.js';
import type { Repositories } from '../../repositories/repositories.js';
import { backoffMs } from '../../utils/backoff.js';
import type { Clock } from '../../utils/clock.js';
import { raiseAlert } from '../alerts/raise-alert.js';

/** Sends one effect. It may be called twice with the same key (a crash after sending): the receiver can tell by it. */
export type Sender<Kind extends EffectKind> = (
  payload: EffectPayloads[Kind],
  effectKey: string,
) => Promise<void>;
export type Senders = { [Kind in EffectKind]: Sender<Kind> };

export interface OutboxDependencies {
  repositories: Pick<Repositories, 'outbox'>;
  senders: Senders;
  clock: Clock;
  logger: { warn(context: object, message: string): void; error(context: object, message: string): void };
}

/** The pauses add up to about a day: a mail server may be away for that long. */
const MAX_ATTEMPTS = 16;
const BASE_MS = 5000;
const CAP_MS = 6 * 3_600_000;

/** Takes one due message, if nobody else has it, and sends it; a failure puts it off, and in the end buries it. */
export async function sendMessage(dependencies: OutboxDependencies, id: string): Promise<void> {
  const { repositories, senders, clock } = dependencies;
  const { outbox } = repositories;
  const token = randomUUID();
  const message = await outbox.take(id, token);
  if (!message?.payload) return;
  const lease = keepRenewing(() => outbox.renew(id, token));
  try {
    await sendWith(senders, message.kind, { payload: message.payload, id });
    await outbox.markSent(id, token, clock.now());
  } catch (error) {
    await putOff(dependencies, { id, kind: message.kind, token, attempts: message.attempts + 1, error });
  } finally {
    lease.stop();
  }
}

/** A row's payload is that of its kind. */
function sendWith<Kind extends EffectKind>(
  senders: Senders,
  kind: Kind,
  { payload, id }: { payload: EffectPayloads[Kind]; id: string },
): Promise<void> {
  return senders[kind](payload, id);
}

async function putOff(
  dependencies: OutboxDependencies,
  failed: { id: string; kind: EffectKind; token: string; attempts: number; error: unknown },
): Promise<void> {
  const { repositories, clock, logger } = dependencies;
  const { id, kind, token, attempts, error } = failed;
  const lastError = error instanceof Error ? error.message : String(error);
  if (attempts >= MAX_ATTEMPTS || isPermanent(error)) {
    // An alert about an alert would go the way that has just failed; the log has both.
    if (kind === 'receipt') await raiseAlert(dependencies, { name: 'message_dead', subjectId: id });
    await repositories.outbox.bury(id, token, lastError);
    logger.error({ effect: id, attempts, err: error }, 'A message could not be sent and waits for a person');
    return;
  }
  const pause = backoffMs({ attempt: attempts, baseMs: BASE_MS, capMs: CAP_MS, random: Math.random });
  await repositories.outbox.postpone(id, token, {
    dueAt: new Date(clock.now().getTime() + pause),
    lastError,
  });
  logger.warn({ effect: id, attempts, err: error }, 'A message was not sent and is tried again');
}

/** The receiver said that the same message can never be taken. */
function isPermanent(error: unknown): boolean {
  return error instanceof Error && 'permanent' in error && error.permanent === true;
}
