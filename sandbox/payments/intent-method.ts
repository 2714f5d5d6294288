import type Stripe from 'stripe';
import { invalidRequest } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { isSpent, makePaymentMethod, spentMethod, takePaymentMethod } from './payment-methods.js';
import { type Intent, nameOf } from './unexpected-state.js';

/** How a request names what to use: by its id, or by what to make it of. */
export interface GivenMethod {
  payment_method?: string | undefined;
  payment_method_data?: object | undefined;
}

export function checkOneMethod({ payment_method, payment_method_data }: GivenMethod): void {
  if (payment_method !== undefined && payment_method_data !== undefined)
    throw invalidRequest(
      'You may only specify one of these parameters: payment_method, payment_method_data.',
      { code: 'parameters_exclusive', param: 'payment_method' },
    );
}

/** The payment method to use: what was given, or what the intent has; for this intent's customer and types only. */
export function methodFor(tx: Transaction, intent: Intent, given: GivenMethod): Stripe.PaymentMethod {
  checkOneMethod(given);
  const paymentMethod = given.payment_method_data
    ? makePaymentMethod(tx, given.payment_method_data as Stripe.PaymentMethodCreateParams)
    : takePaymentMethod(tx, given.payment_method ?? (intent.payment_method as string), 'payment_method');
  checkOwner(tx, intent, paymentMethod);
  if (!intent.payment_method_types.includes(paymentMethod.type))
    throw invalidRequest(
      `The PaymentMethod provided (${paymentMethod.type}) is not allowed for this ${nameOf(intent)}. Please attach a payment method of one of the following types: ${intent.payment_method_types.join(', ')}.`,
      { code: 'payment_intent_incompatible_payment_method', param: 'payment_method' },
    );
  return paymentMethod;
}

function checkOwner(tx: Transaction, intent: Intent, { id, customer }: Stripe.PaymentMethod): void {
  if (customer !== null && intent.customer === null)
    throw invalidRequest(
      `The \`payment_method\` parameter supplied ${id} belongs to the Customer ${customer}. Please include the Customer in the \`customer\` parameter on the ${nameOf(intent)}.`,
      { param: 'payment_method' },
    );
  if (customer !== null && customer !== intent.customer)
    throw invalidRequest(
      `The payment method supplied (${id}) does not belong to Customer ${intent.customer}. Please use this payment method with the Customer that it belongs to instead: ${customer}.`,
      { param: 'payment_method' },
    );
  if (customer === null && isSpent(tx, id)) throw spentMethod();
}
