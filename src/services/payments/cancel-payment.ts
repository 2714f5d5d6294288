import { conflict, type GuichetError } from '../../domain/errors.js';
import { isCancelable } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { endingStep } from '../stripe/payment-steps.js';
import type { UseCases } from '../use-cases.js';
import { afterEnding, type EndingDependencies } from './after-ending.js';
import { requireMade, runPaymentOperation } from './payment-operation.js';

/**
 * Ends a payment for good; what was authorised is released. Its order can be paid anew. Throws `payment_not_cancelable`
 * (409) for one that is processing or has ended, also when that turns out at Stripe only.
 */
export function cancelPayment(dependencies: EndingDependencies): UseCases['cancelPayment'] {
  return async ({ paymentId, reason }, context) => {
    const operation = await runPaymentOperation(dependencies, { paymentId, context }, (payment) => {
      requireMade(payment);
      const step = endingStep(payment, reason);
      if (!step) throw notCancelable(payment);
      return step;
    });
    const payment = await afterEnding(dependencies, operation);
    if (operation.status === 'succeeded' || payment.status === 'canceled') return payment;
    const ended = operation.status === 'refused' && !isCancelable(payment.status);
    throw ended ? notCancelable(payment) : outcomeError(operation, { paymentId });
  };
}

function notCancelable({ status }: PaymentRow): GuichetError {
  const instead = status === 'succeeded' ? ' Refund it instead.' : '';
  return conflict('payment_not_cancelable', `The payment is ${status}: it cannot be canceled.${instead}`);
}
