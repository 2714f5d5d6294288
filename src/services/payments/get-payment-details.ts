import { attemptsOf } from '../../domain/payment-attempts.js';
import type { UseCaseDependencies } from '../dependencies.js';
import type { PaymentUseCases } from './payment-use-cases.js';
import { requirePayment } from './require-payment.js';

/** A payment with its failed attempts. Throws `payment_not_found` (404). */
export function getPaymentDetails({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): PaymentUseCases['getPaymentDetails'] {
  return async (id) => {
    const payment = requirePayment(await repositories.payments.get(id));
    return { payment, attempts: attemptsOf(await repositories.paymentAttempts.ofPayment(id)) };
  };
}
