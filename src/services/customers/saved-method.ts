import { type GuichetError, notFound } from '../../domain/errors.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { PaymentMethodRow } from '../../domain/rows/payment-method.js';
import { mirrorId } from '../../repositories/stripe-objects.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { cannotAsk } from '../payments/cannot-ask.js';
import { UnreadableObject } from '../stripe/snapshots/read-object.js';
import { refreshObject } from '../stripe/snapshots/refresh-object.js';

/**
 * A payment method that is saved with this customer. One that we do not hold is read from Stripe: it may have been saved
 * a moment ago, and its event still be on its way. Throws `payment_method_not_found` (404), also for another customer's.
 */
export async function savedMethod(
  dependencies: UseCaseDependencies,
  customer: CustomerRow,
  paymentMethodId: string,
): Promise<PaymentMethodRow> {
  const { paymentMethods } = dependencies.repositories;
  const { stripeAccountId, livemode } = customer;
  const id = mirrorId(customer, paymentMethodId);
  const held = await paymentMethods.get(id);
  if (held) return requireSaved(held, customer);
  const ref = { object: 'payment_method', id: paymentMethodId, stripeAccountId, livemode };
  await refreshObject(dependencies, ref).catch(unlessMissing);
  return requireSaved(await paymentMethods.get(id), customer);
}

/** Throws `payment_method_not_found` (404). */
export function requireSaved(row: PaymentMethodRow | null, { _id }: CustomerRow): PaymentMethodRow {
  if (row?.attached && row.customerId === _id) return row;
  throw methodNotFound();
}

export function methodNotFound(): GuichetError {
  return notFound(
    'payment_method_not_found',
    'The customer has no such payment method. List them with GET /api/customers/:id/payment-methods.',
  );
}

function unlessMissing(error: unknown): void {
  const missing =
    error instanceof UnreadableObject && error.answer?.type === 'error' && error.answer.status === 404;
  if (!missing) cannotAsk(error);
}
