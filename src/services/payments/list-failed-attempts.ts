import { attemptsOf } from '../../domain/payment-attempts.js';
import type { UseCaseDependencies } from '../dependencies.js';
import type { PaymentUseCases } from './payment-use-cases.js';

/** The tries to pay a payment that failed, oldest first; none for a payment that does not exist. */
export function listFailedAttempts({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): PaymentUseCases['listFailedAttempts'] {
  return async (paymentId) => attemptsOf(await repositories.paymentAttempts.ofPayment(paymentId));
}
