import {
  conflict,
  type GuichetError,
  outcomeUnknown,
  paymentDeclined,
  unprocessable,
} from '../../../domain/errors.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';

const RETRY_AFTER_SECONDS = 2;

/** What the caller is told of an operation that did not succeed. */
export function outcomeError(operation: OperationRow, ids: { paymentId?: string } = {}): GuichetError {
  if (operation.refusal) return refusalError(operation.refusal, ids);
  if (operation.status === 'abandoned') {
    return conflict(
      'operation_abandoned',
      'Stripe never carried this out. Ask again with a new Idempotency-Key.',
      { extra: ids },
    );
  }
  return outcomeUnknown(
    'outcome_unknown',
    'Stripe has not told us how this ended. Send the same request with the same Idempotency-Key to learn it.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, extra: { operationId: operation._id, ...ids } },
  );
}

const NEXT_STEPS: Readonly<Record<string, string>> = {
  authentication_required:
    'Ask the customer to come back, and confirm again without offSession: the answer’s nextAction leads to their bank.',
};

function refusalError(refusal: Refusal, ids: { paymentId?: string }): GuichetError {
  const { type, code, declineCode, message } = refusal;
  const options = { stripe: { type, code, declineCode }, extra: ids };
  if (refusal.status === 402) {
    return paymentDeclined(
      code ?? 'card_declined',
      `${message} ${NEXT_STEPS[code ?? ''] ?? 'Try again with another payment method.'}`,
      options,
    );
  }
  // Ours: the operation was ended before Stripe could carry it out.
  if (refusal.status === 409) return conflict(code ?? 'conflict', message, { extra: ids });
  return unprocessable(code ?? 'refused_by_stripe', `Stripe refused the request: ${message}`, options);
}
