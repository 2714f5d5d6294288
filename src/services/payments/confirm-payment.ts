import { conflict, type GuichetError } from '../../domain/errors.js';
import { isConfirmable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import type { UseCases } from '../use-cases.js';
import { acceptReturnUrl } from './accept-return-url.js';
import { intentIdOf, runPaymentOperation } from './payment-operation.js';
import { requirePayment } from './require-payment.js';

/**
 * Confirms a payment with a payment method. A decline throws `payment_declined` (402), and the payment can be confirmed
 * again with another key. While another confirm, capture or cancel of the payment is open: 409 with Retry-After.
 */
export function confirmPayment(dependencies: UseCaseDependencies): UseCases['confirmPayment'] {
  return async ({ paymentId, ...input }, context) => {
    const returnUrl = acceptReturnUrl(dependencies, input.returnUrl) ?? dependencies.returnUrl.default;
    const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
      if (!intentIdOf(payment) || !isConfirmable(payment.status) || payment.checkout)
        throw notConfirmable(payment);
      const expand = ['latest_charge'];
      const params = { payment_method: input.paymentMethodId, return_url: returnUrl, expand };
      return { action: 'confirm', params };
    });
    if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId });
    return requirePayment(await dependencies.repositories.payments.get(paymentId));
  };
}

function notConfirmable({ status, checkout }: PaymentRow): GuichetError {
  const detail = checkout
    ? 'The customer pays on the page of the Checkout Session: send them to its url.'
    : `The payment is ${status}: it cannot be confirmed.`;
  return conflict('payment_not_confirmable', detail);
}
