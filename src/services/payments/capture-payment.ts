import { requireCurrency } from '../../domain/currencies.js';
import { conflict, type GuichetError } from '../../domain/errors.js';
import { isCapturable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { acceptAmount } from '../accept-amount.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { captureStep } from '../stripe/payment-steps.js';
import type { UseCases } from '../use-cases.js';
import { intentIdOf, runPaymentOperation } from './payment-operation.js';
import { requirePayment } from './require-payment.js';

/**
 * Takes what was authorised, or a part of it: the rest is released, and there is no second capture (R1). Throws
 * `payment_not_capturable` (409) for a payment that does not wait for it, also when that turns out at Stripe only.
 */
export function capturePayment(dependencies: UseCaseDependencies): UseCases['capturePayment'] {
  const { repositories } = dependencies;
  return async ({ paymentId, amount }, context) => {
    const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
      if (!intentIdOf(payment) || !isCapturable(payment.status)) throw notCapturable(payment);
      return captureStep(amountToCapture(payment, amount));
    });
    const payment = requirePayment(await repositories.payments.get(paymentId));
    if (operation.status === 'succeeded') return payment;
    const ended = operation.status === 'refused' && !isCapturable(payment.status);
    throw ended ? notCapturable(payment) : outcomeError(operation, { paymentId });
  };
}

/** Always named, so that a look-up can tell this capture from another. */
function amountToCapture(
  { currency: code, amountCapturable }: PaymentRow,
  asked: number | undefined,
): number {
  if (asked === undefined) return amountCapturable;
  const currency = requireCurrency(code);
  // The authorisation met the minimum; Stripe alone knows whether a part of it does.
  const amount = acceptAmount({ amount: asked, currency, settlementCurrency: null, purpose: 'refund' });
  if (amount <= amountCapturable) return amount;
  throw conflict('capture_exceeds_authorization', `Only ${amountCapturable} ${code} were authorised.`, {
    extra: { capturable: amountCapturable },
  });
}

function notCapturable({ status }: PaymentRow): GuichetError {
  const detail =
    status === 'succeeded'
      ? 'The payment was captured already, and what was left of the authorisation is released.'
      : `The payment is ${status}: only a payment that is requires_capture can be captured.`;
  return conflict('payment_not_capturable', detail);
}
