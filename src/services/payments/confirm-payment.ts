import { conflict, type GuichetError } from '../../domain/errors.js';
import { isConfirmable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import type { CallContext, ConfirmPaymentInput, UseCases } from '../use-cases.js';
import { acceptReturnUrl } from './accept-return-url.js';
import { intentIdOf, runPaymentOperation } from './payment-operation.js';
import { requirePayment } from './require-payment.js';

/**
 * Confirms a payment with a payment method. A decline throws `payment_declined` (402), and the payment can be confirmed
 * again with another key. While another confirm, capture or cancel of the payment is open: 409 with Retry-After. After
 * too many declines `too_many_declines` (429); a confirm that was accepted before is never held up by it.
 */
export function confirmPayment(dependencies: UseCaseDependencies): UseCases['confirmPayment'] {
  const { repositories, cardAttempts } = dependencies;
  return async (input, context) => {
    const returnUrl = acceptReturnUrl(dependencies, input.returnUrl) ?? dependencies.returnUrl.default;
    const work = () => confirm(dependencies, { ...input, returnUrl }, context);
    if (context.idempotency?.operationId) return work();
    const { _id, userId } = requirePayment(await repositories.payments.get(input.paymentId));
    return cardAttempts.attempt({ userId, paymentId: _id, address: context.address ?? null }, work);
  };
}

async function confirm(
  dependencies: UseCaseDependencies,
  { paymentId, paymentMethodId, returnUrl, mandate }: ConfirmPaymentInput,
  context: CallContext,
): Promise<PaymentRow> {
  const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
    if (!intentIdOf(payment) || !isConfirmable(payment.status) || payment.checkout)
      throw notConfirmable(payment);
    const expand = ['latest_charge'];
    const params = { payment_method: paymentMethodId, return_url: returnUrl, expand };
    return { action: 'confirm', params: { ...params, ...mandateOf({ mandate }) } };
  });
  if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId });
  return requirePayment(await dependencies.repositories.payments.get(paymentId));
}

/** https://docs.stripe.com/payments/sepa-debit: what the bank may be shown if the customer disputes the debit. */
function mandateOf({ mandate }: Pick<ConfirmPaymentInput, 'mandate'>) {
  if (!mandate) return {};
  const online = { ip_address: mandate.ipAddress, user_agent: mandate.userAgent };
  return { mandate_data: { customer_acceptance: { type: 'online', online } } };
}

function notConfirmable({ status, checkout }: PaymentRow): GuichetError {
  const detail = checkout
    ? 'The customer pays on the page of the Checkout Session: send them to its url.'
    : `The payment is ${status}: it cannot be confirmed.`;
  return conflict('payment_not_confirmable', detail);
}
