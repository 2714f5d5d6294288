import { conflict, type GuichetError, unprocessable } from '../../domain/errors.js';
import { MAX_METADATA_NAMES, mergeMetadata, metadataToSend } from '../../domain/merge-metadata.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { intentIdOf, runPaymentOperation } from './payment-operation.js';
import type { PaymentUseCases, UpdatePaymentInput } from './payment-use-cases.js';
import { requirePayment } from './require-payment.js';

/**
 * Changes what describes a payment, at Stripe and here, in whichever state it is. The row follows the PaymentIntent that
 * Stripe answers with. Throws `payment_not_updatable` (409) while there is none, and `too_much_metadata` (422).
 */
export function updatePayment(dependencies: UseCaseDependencies): PaymentUseCases['updatePayment'] {
  return async ({ paymentId, ...patch }, context) => {
    const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
      if (!intentIdOf(payment)) throw notUpdatable(payment);
      return { action: 'update', params: paramsOf(payment, patch) };
    });
    if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId });
    return requirePayment(await dependencies.repositories.payments.get(paymentId));
  };
}

function paramsOf(
  payment: PaymentRow,
  { description, metadata }: Omit<UpdatePaymentInput, 'paymentId'>,
): Record<string, unknown> {
  if (metadata !== undefined) requireRoom(Object.keys(mergeMetadata(payment.metadata, metadata)).length);
  return {
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(metadata === undefined ? {} : { metadata: metadataToSend(payment.metadata, metadata) }),
  };
}

function requireRoom(names: number): void {
  if (names <= MAX_METADATA_NAMES) return;
  const code = 'too_much_metadata';
  const message = `The payment would have ${names} names: at most ${MAX_METADATA_NAMES}. Unset some with null.`;
  throw unprocessable(code, message, { errors: [{ path: 'metadata', code, message }] });
}

function notUpdatable({ checkout }: PaymentRow): GuichetError {
  const detail = checkout
    ? 'The customer has not paid on Stripe’s page yet: there is no PaymentIntent to describe.'
    : 'The payment was never made at Stripe: there is nothing to describe.';
  return conflict('payment_not_updatable', detail);
}
