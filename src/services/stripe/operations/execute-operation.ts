import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cause, type Change, move } from '../../../domain/changes.js';
import type { OperationRow } from '../../../domain/rows/operation.js';
import { refusalOf, type StripeAnswer, settledBy } from '../../../domain/stripe-answer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { keepRenewing } from '../../../repositories/lease.js';
import type { Repositories } from '../../../repositories/repositories.js';
import { isConflict } from '../../../repositories/transaction.js';
import type { Clock } from '../../../utils/clock.js';
import { reopenOrder } from '../families/pay-order.js';
import { sendPatiently } from '../resilience.js';
import { type ApplyDependencies, applySnapshots } from '../snapshots/apply-snapshots.js';
import {
  type ReadDependencies,
  readObject,
  snapshotsOfAnswer,
  UnreadableObject,
  versionsOf,
} from '../snapshots/read-object.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { needsOf } from './needs-of-operation.js';
import { refusalChanges } from './refusal-changes.js';
import { isRepeatable } from './repeatable.js';
import { cancelsPayment, isDoneBy, refuse, succeed } from './settle-by-snapshot.js';

export interface OperationDependencies extends ReadDependencies, ApplyDependencies {
  repositories: Repositories;
  clock: Clock;
  logger: { warn(context: object, message: string): void; error(context: object, message: string): void };
  timing: { callTimeoutMs: number; confirmTimeoutMs: number; budgetMs: number };
}

/** Stripe keeps a key for 24 h; an hour is left for a request that is slow to arrive. */
const KEY_LIFETIME_MS = 23 * 3_600_000;
/** After this a look-up that finds nothing is final: no send can arrive any more. */
const EXPIRED_AFTER_MS = 24 * 3_600_000;
/** After this the customer has left: a confirm is looked up and never sent again. */
const CONFIRM_LIFETIME_MS = 15 * 60_000;
/** An unknown outcome is looked at again this soon at first, and ever less often as it ages. */
const FIRST_LOOK_MS = 1000;
const LONGEST_PAUSE_MS = 3_600_000;
const POLL_MS = 100;

/**
 * Sends an operation and settles it, within the time budget. The caller holds its lease. Returns the row as it ended:
 * `succeeded`, `refused`, or `unknown`, which the worker settles later with the same key.
 * Throws what MongoDB throws when an answer cannot be stored; the operation then stays open, and its key resumes it.
 */
export async function executeOperation(
  dependencies: OperationDependencies,
  operation: OperationRow,
  token: string,
): Promise<OperationRow> {
  const { repositories } = dependencies;
  const lease = keepRenewing(() => repositories.operations.renew(operation._id, token));
  const deadline = performance.now() + dependencies.timing.budgetMs;
  try {
    const outcome = maySend(operation, dependencies.clock.now()) ? await send(dependencies, operation) : null;
    if (outcome) {
      const withRest = { ...dependencies, timing: restOf(dependencies.timing, deadline) };
      const settled = await settleByAnswer(withRest, operation, outcome).catch(unlessToBeAskedAgain);
      if (settled) return settled;
    }
    const unanswered = outcome?.unanswered ?? operation.unanswered;
    const dueAt = dueAgain(dependencies, operation);
    await repositories.operations.leaveUnknown(operation._id, token, { unanswered, dueAt });
    return (await repositories.operations.get(operation._id)) ?? operation;
  } finally {
    lease.stop();
  }
}

/**
 * Continues an operation that somebody opened before: waits while another process is at it, and takes it over when
 * its lease ends. Returns the settled row, or an open one when `waitMs` was not enough.
 */
export async function resumeOperation(
  dependencies: OperationDependencies,
  operationId: string,
  waitMs: number,
): Promise<OperationRow> {
  const { operations } = dependencies.repositories;
  const deadline = performance.now() + waitMs;
  for (;;) {
    const row = await operations.get(operationId);
    if (!row) throw new Error(`There is no operation ${operationId}`);
    if (!row.open) return row;
    const token = randomUUID();
    const taken = await operations.take(operationId, token);
    if (taken) return executeOperation(dependencies, afterInterruption(taken), token);
    if (performance.now() >= deadline) return row;
    await delay(POLL_MS);
  }
}

/** Its last holder may have sent it and died: what Stripe then says of the request's form is no refusal. */
export function afterInterruption(operation: OperationRow): OperationRow {
  return operation.status === 'open' ? { ...operation, unanswered: true } : operation;
}

export function maySend(operation: OperationRow, now: Date): boolean {
  if (isRepeatable(operation)) return true;
  return ageOf(operation, now) < KEY_LIFETIME_MS && !isLateConfirm(operation, now);
}

/** A confirm that is looked up and not sent any more. */
export function isLateConfirm(operation: OperationRow, now: Date): boolean {
  return operation.kind === 'payment.confirm' && ageOf(operation, now) >= CONFIRM_LIFETIME_MS;
}

/** Stripe has forgotten the key: what it has not carried out by now it never will. */
export function isExpired(operation: OperationRow, now: Date): boolean {
  return !isRepeatable(operation) && ageOf(operation, now) >= EXPIRED_AFTER_MS;
}

function ageOf({ firstSentAt }: OperationRow, now: Date): number {
  return Math.max(0, now.getTime() - firstSentAt.getTime());
}

/**
 * When an unknown outcome is looked at again. The wait doubles with the operation's age, with jitter, up to an hour; but
 * while Stripe is away nothing is looked at, and all of it soon after Stripe is back.
 */
export function dueAgain(
  { clock, gateway }: Pick<OperationDependencies, 'clock' | 'gateway'>,
  operation: OperationRow,
): Date {
  const now = clock.now();
  const longer = gateway.pauseMs() > 0 ? FIRST_LOOK_MS : ageOf(operation, now) / 2;
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_LOOK_MS + longer * Math.random());
  return new Date(now.getTime() + pause);
}

interface Outcome {
  answer: StripeAnswer;
  unanswered: boolean;
  versions: Map<string, number>;
}

async function send(dependencies: OperationDependencies, operation: OperationRow): Promise<Outcome | null> {
  const { gateway, repositories, platformAccountId, timing, logger } = dependencies;
  const named = operation.path.split('/').slice(3);
  const versions = await versionsOf(repositories, operation, [...named, operation.before?.latestChargeId]);
  const params = JSON.parse(operation.params) as Record<string, unknown>;
  const account =
    operation.stripeAccountId === platformAccountId ? {} : { account: operation.stripeAccountId };
  const { method, path, stripeKey } = operation;
  const outcome = await sendPatiently(
    async (limits) => {
      const answer = await gateway.send({
        method,
        path,
        params,
        // Stripe keeps none for a DELETE, which is the same however often it is sent.
        ...(method === 'POST' ? { idempotencyKey: stripeKey } : {}),
        ...account,
        ...limits,
      });
      if (answer.type === 'none' && !answer.unsent)
        logger.warn({ operationId: operation._id, reason: answer.reason }, 'No answer from Stripe');
      return answer;
    },
    {
      budgetMs: timing.budgetMs,
      timeoutMs: operation.kind === 'payment.confirm' ? timing.confirmTimeoutMs : timing.callTimeoutMs,
    },
  );
  return outcome && { ...outcome, unanswered: outcome.unanswered || operation.unanswered, versions };
}

/** What is left of the time budget for reading what a replayed answer names. */
function restOf(timing: OperationDependencies['timing'], deadline: number): OperationDependencies['timing'] {
  return { ...timing, budgetMs: deadline - performance.now() };
}

/**
 * An answer that could not be stored for others who write the same rows, or whose object could not be read, is asked
 * for again, with the same key.
 */
function unlessToBeAskedAgain(error: unknown): null {
  if (isConflict(error) || error instanceof UnreadableObject) return null;
  throw error;
}

/** The settled row, or null when the answer settles nothing. */
async function settleByAnswer(
  dependencies: OperationDependencies,
  operation: OperationRow,
  { answer, unanswered, versions }: Outcome,
): Promise<OperationRow | null> {
  const verdict = settledBy(answer, { unansweredBefore: unanswered && !isRepeatable(operation) });
  if (answer.type === 'none') return null;
  if (verdict === 'unknown') tellOurFault(dependencies, operation, answer);
  const cause: Cause = { actor: operation.actor, requestId: operation.requestId };
  const about = { scope: operation, source: 'answer' as const, versions, cause, first: isFirst(operation) };
  const told = snapshotsOfAnswer(answer, about);
  // It says how the PaymentIntent is, even where it cannot be said what became of an earlier send.
  if (verdict === 'unknown' && told.length === 0) return null;
  const snapshots = answer.replayed ? await readAgain(dependencies, told, cause) : told;
  const decided = await applySnapshots(dependencies, snapshots, {
    known: needsOf(operation),
    prelude(rows, now) {
      const row = rows.get('operations', operation._id);
      const closed = row?.open && verdict !== 'unknown' ? closing(row, answer, { rows, now }) : [];
      rows.apply([...closed, ...keepSecret(operation, answer)], cause, now);
    },
    epilogue(rows, { now }) {
      const row = rows.get('operations', operation._id);
      if (!row || !cancelsPayment(row) || row.status !== 'refused') return;
      rows.apply(reopenOrder(rows.get('payments', row.subject.id), rows), cause, now);
    },
  });
  const row = decided.rows.get('operations', operation._id);
  return row?.open ? null : row;
}

/** An old body names its object and says nothing of how it is now. */
async function readAgain(
  dependencies: OperationDependencies,
  told: Snapshot[],
  cause: Cause,
): Promise<Snapshot[]> {
  const [first] = told;
  if (!first) return [];
  const { object, stripeAccountId, livemode } = first;
  return readObject(dependencies, { object: object.object, id: object.id, stripeAccountId, livemode }, cause);
}

const CREATES_ONLY: ReadonlySet<OperationRow['kind']> = new Set([
  'coupon.create',
  'promotion_code.create',
  'customer.create',
  'payment.create',
  'checkout.create',
  'refund.create',
]);

/** The answer to a create; one that confirms as well shows what came of it. */
function isFirst({ kind, params }: OperationRow): boolean {
  if (kind === 'setup_intent.create') return !('confirm' in (JSON.parse(params) as object));
  return CREATES_ONLY.has(kind);
}

function closing(
  operation: OperationRow,
  answer: Exclude<StripeAnswer, { type: 'none' }>,
  { rows, now }: { rows: WorkingSet; now: Date },
) {
  if (answer.type === 'object') return [succeed(operation, answer.object.id, now)];
  const intent = answer.error.payment_intent;
  if (intent && isDoneBy(operation, intent)) return [succeed(operation, intent.id, now)];
  const refusal = refusalOf(answer);
  return [refuse(operation, refusal, now), ...refusalChanges(operation, refusal, rows)];
}

/** The answer to a create is where a payment or setup learns its client secret: the mirror and the inbox keep none. */
function keepSecret({ kind, subject }: OperationRow, answer: StripeAnswer): Change[] {
  const clientSecret = answer.type === 'object' ? answer.object.client_secret : null;
  if (typeof clientSecret !== 'string') return [];
  if (kind === 'payment.create') return [move('payments', subject.id, { clientSecret })];
  return kind === 'setup_intent.create' ? [move('setupIntents', subject.id, { clientSecret })] : [];
}

/** Our key, our rights or our parameters are wrong: trying again helps nobody until a person has looked. */
function tellOurFault(
  { logger }: OperationDependencies,
  operation: OperationRow,
  answer: Exclude<StripeAnswer, { type: 'none' }>,
): void {
  if (answer.type !== 'error') return;
  const ours = answer.status === 401 || answer.status === 403 || answer.error.type === 'idempotency_error';
  if (!ours) return;
  const { type, code } = answer.error;
  logger.error(
    { operationId: operation._id, status: answer.status, type, code },
    'Stripe refuses to serve us',
  );
}
