import { conflict, invalidRequest } from '../../domain/errors.js';
import { isConfirmable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import type { CallContext, ConfirmPaymentInput, UseCases } from '../use-cases.js';
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
    const returnUrl = requireReturnUrl(dependencies, input.returnUrl);
    const work = () => confirm(dependencies, { ...input, returnUrl }, context);
    if (context.idempotency?.operationId) return work();
    const { _id, userId } = requirePayment(await repositories.payments.get(input.paymentId));
    return cardAttempts.attempt({ userId, paymentId: _id, address: context.address ?? null }, work);
  };
}

async function confirm(
  dependencies: UseCaseDependencies,
  { paymentId, paymentMethodId, returnUrl }: ConfirmPaymentInput,
  context: CallContext,
): Promise<PaymentRow> {
  const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
    if (!intentIdOf(payment) || !isConfirmable(payment.status)) {
      throw conflict('payment_not_confirmable', `The payment is ${payment.status}: it cannot be confirmed.`);
    }
    const expand = ['latest_charge'];
    const params = { payment_method: paymentMethodId, return_url: returnUrl, expand };
    return { action: 'confirm', params };
  });
  if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId });
  return requirePayment(await dependencies.repositories.payments.get(paymentId));
}

/** Only our own sites may be returned to: an open redirect would lend them our name. */
function requireReturnUrl({ returnUrl }: UseCaseDependencies, asked: string | undefined): string {
  if (asked === undefined) return returnUrl.default;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  const allowed = url && /^https?:$/.test(url.protocol) && returnUrl.hosts.includes(url.host);
  if (allowed) return asked;
  const detail = `returnUrl must be on one of these hosts: ${returnUrl.hosts.join(', ')}. Add others to PAYMENT_RETURN_HOSTS.`;
  throw invalidRequest('return_url_not_allowed', detail, {
    errors: [{ path: 'returnUrl', code: 'return_url_not_allowed', message: detail }],
  });
}
