import { forbidden, invalidRequest } from '../../domain/errors.js';
import type { Actor } from '../../domain/rows/operation.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { mirrorId } from '../../repositories/stripe-objects.js';
import { requireActive } from '../customers/require-customer.js';
import { methodNotFound, savedMethod } from '../customers/saved-method.js';
import type { UseCaseDependencies } from '../dependencies.js';

/** Throws `api_key_required` (403): that the customer is not there is for a server to say, which has their consent. */
export function requireServerOffSession({ type }: Actor): void {
  if (type === 'api_key' || type === 'system') return;
  throw forbidden(
    'api_key_required',
    'A user’s token may not do this: ask your server, which has an API key.',
  );
}

/**
 * A payment method that may pay: not one that is saved with another customer, and off session one that is saved with the
 * payment's own. Throws `payment_method_not_found` (404), and `customer_required` (400) for a payment without a customer.
 */
export async function requireUsableMethod(
  dependencies: UseCaseDependencies,
  payment: PaymentRow,
  { paymentMethodId, offSession }: { paymentMethodId: string; offSession: boolean },
): Promise<void> {
  const { customers, paymentMethods } = dependencies.repositories;
  if (offSession) {
    if (payment.customerId === null) throw customerRequired('offSession');
    const customer = requireActive(await customers.get(payment.customerId));
    await savedMethod(dependencies, customer, paymentMethodId);
    return;
  }
  const held = await paymentMethods.get(mirrorId(payment, paymentMethodId));
  if (held?.attached && held.customerId !== payment.customerId) throw methodNotFound();
}

export function customerRequired(field: 'offSession' | 'setupFutureUsage') {
  const detail = `${field} is about a saved payment method: create the payment with the customerId whose it is.`;
  return invalidRequest('customer_required', detail, {
    errors: [{ path: field, code: 'customer_required', message: detail }],
  });
}
