import type { CustomerRow } from '../../domain/rows/customer.js';
import type { PaymentMethodRow } from '../../domain/rows/payment-method.js';
import type { PaymentMethodResponse } from '../../schemas/customers/payment-methods.js';

export function toPaymentMethod(
  { stripe, type, details, createdAt }: PaymentMethodRow,
  { defaultPaymentMethodId }: CustomerRow,
): PaymentMethodResponse {
  const { brand, last4, expMonth, expYear } = details;
  return {
    id: stripe.paymentMethodId,
    type,
    ...{ brand, last4, expMonth, expYear },
    isDefault: stripe.paymentMethodId === defaultPaymentMethodId,
    createdAt: createdAt.toISOString(),
  };
}
