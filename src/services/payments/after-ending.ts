import type { OperationRow } from '../../domain/rows/operation.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import type { UseCases } from '../use-cases.js';
import { requirePayment } from './require-payment.js';

export type EndingDependencies = UseCaseDependencies & Pick<UseCases, 'refreshPayment'>;

/**
 * The payment after an operation that was to end it. A refusal to expire a Checkout Session does not tell how that
 * stands (paid on, or expired by itself), as one to cancel a PaymentIntent does: Stripe is asked.
 */
export async function afterEnding(
  { repositories, refreshPayment }: EndingDependencies,
  { kind, status, subject }: OperationRow,
): Promise<PaymentRow> {
  if (kind === 'checkout.expire' && status === 'refused') return refreshPayment(subject.id);
  return requirePayment(await repositories.payments.get(subject.id));
}
