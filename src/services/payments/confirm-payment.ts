import { conflict, type GuichetError } from '../../domain/errors.js';
import { isConfirmable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import type { UseCases } from '../use-cases.js';
import { acceptReturnUrl } from './accept-return-url.js';
import { intentIdOf, runPaymentOperation } from './payment-operation.js';
import { requirePayment } from './require-payment.js';

/** Of Stripe: the PaymentIntent has ended, and its error shows how. */
const UNEXPECTED_STATE = 'payment_intent_unexpected_state';

/**
 * Confirms a payment with a payment method. A decline throws `payment_declined` (402), and the payment can be confirmed
 * again with another key. Throws `payment_not_confirmable` (409) for one that has ended, also when that turns out at
 * Stripe only. While another confirm, capture or cancel of the payment is open: 409 with Retry-After.
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
    const payment = requirePayment(await dependencies.repositories.payments.get(paymentId));
    if (operation.status === 'succeeded') return payment;
    const ended = operation.refusal?.code === UNEXPECTED_STATE && !isConfirmable(payment.status);
    throw ended ? notConfirmable(payment) : outcomeError(operation, { paymentId });
  };
}

function notConfirmable({ status, checkout }: PaymentRow): GuichetError {
  const detail = checkout
    ? 'The customer pays on the page of the Checkout Session: send them to its url.'
    : `The payment is ${status}: it cannot be confirmed.`;
  return conflict('payment_not_confirmable', detail);
}
