import { randomUUID } from 'node:crypto';
import { insert } from '../../domain/changes.js';
import { conflict, type GuichetError } from '../../domain/errors.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { newOperation } from '../stripe/operations/open-operation.js';
import { type PaymentStep, stepOperation } from '../stripe/payment-steps.js';
import { requireStripe } from '../stripe/require-stripe.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';
import { requirePayment } from './require-payment.js';

/** Reads what the step depends on and throws what speaks against it; what it moves in `rows` is saved with it. */
export type PlanStep = (
  payment: PaymentRow,
  about: { bound: BoundRepositories; rows: WorkingSet; now: Date },
) => PaymentStep | Promise<PaymentStep>;

/**
 * Runs a confirm, capture or cancel. A payment has one of them open at a time: another gets `operation_in_progress`
 * (409, with Retry-After); while Stripe is away, `stripe_unavailable` (503). Returns the operation as it ended; the caller says what a refusal means.
 */
export async function runPaymentOperation(
  dependencies: UseCaseDependencies,
  { paymentId, context }: { paymentId: string; context: CallContext },
  plan: PlanStep,
): Promise<OperationRow> {
  const resumed = context.idempotency?.operationId;
  if (resumed) return resumeOperation(dependencies, resumed, WAIT_MS);
  const token = randomUUID();
  const operation = await open(dependencies, { paymentId, context, token }, plan);
  return executeOperation(dependencies, operation, token);
}

async function open(
  { repositories, clock, gateway }: UseCaseDependencies,
  { paymentId, context, token }: { paymentId: string; context: CallContext; token: string },
  plan: PlanStep,
): Promise<OperationRow> {
  try {
    return await repositories.transaction(API_TRANSACTION, async (bound) => {
      const payment = requirePayment(await bound.payments.get(paymentId));
      const [busy] = await bound.operations.openOfPayments([payment._id]);
      if (busy) throw operationInProgress();
      const now = clock.now();
      const rows = new WorkingSet();
      const step = await plan(payment, { bound, rows, now });
      requireStripe({ gateway });
      const operation = newOperation(stepOperation(payment, step), { scope: payment, context, token, now });
      const cause = { actor: context.actor, requestId: context.requestId };
      rows.apply([insert('operations', operation)], cause, now);
      const { idempotency } = context;
      if (idempotency) await bound.idempotencyKeys.link(idempotency.id, idempotency.token, operation._id);
      await bound.commit({ rows, mirror: [], now });
      return operation;
    });
  } catch (error) {
    throw isDuplicateKey(error) ? operationInProgress() : error;
  }
}

/**
 * The PaymentIntent's id; 409 while it is still being made. Null for a payment that never got one, or whose customer has
 * not paid on the page of its Checkout Session yet.
 */
export function intentIdOf(payment: PaymentRow): string | null {
  requireMade(payment);
  return payment.stripe.paymentIntentId;
}

/** Throws `operation_in_progress` (409, with Retry-After) while the payment is still being made at Stripe. */
export function requireMade({ status, live, stripe, checkout }: PaymentRow): void {
  const atStripe = stripe.paymentIntentId ?? checkout?.sessionId ?? null;
  if (status === 'creating' || (atStripe === null && live)) throw operationInProgress();
}

export function operationInProgress(): GuichetError {
  return conflict(
    'operation_in_progress',
    'Another request is changing this payment. Ask again in a moment.',
    { retryAfterSeconds: 1 },
  );
}
