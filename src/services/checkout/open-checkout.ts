import { type Checkout, checkoutStateOf } from '../../domain/checkout-state.js';
import { notFound } from '../../domain/errors.js';
import { isTerminal } from '../../domain/payment-state.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { CardAttempts } from '../payments/card-attempts.js';
import type { CheckoutKey, UseCases } from '../use-cases.js';
import { isCheckoutToken } from './checkout-token.js';

export interface CheckoutDependencies {
  repositories: Pick<Repositories, 'orders' | 'payments'>;
  refreshPayment: UseCases['refreshPayment'];
  createPayment: UseCases['createPayment'];
  cardAttempts: Pick<CardAttempts, 'check'>;
}

/**
 * An order for whoever holds its link. Asked to, Stripe tells first how the payment stands (503 when it cannot).
 * Throws `checkout_not_found` for a wrong key as for an order that does not exist.
 */
export function openCheckout(dependencies: CheckoutDependencies): UseCases['openCheckout'] {
  return async ({ refresh, ...key }) => {
    const found = await read(dependencies, key);
    const { payment } = found;
    if (!refresh || !payment || isTerminal(payment.status)) return found;
    await dependencies.refreshPayment(payment._id);
    return read(dependencies, key);
  };
}

/**
 * Makes the order's payment, or takes up the one that there is: an order has one live payment at most. Throws
 * `too_many_declines` (429) once the order's user had too many cards declined.
 */
export function startCheckout(dependencies: CheckoutDependencies): UseCases['startCheckout'] {
  return async (key, { requestId, address = null }) => {
    const found = await read(dependencies, key);
    if (checkoutStateOf(found) !== 'to_pay') return found;
    await dependencies.cardAttempts.check({ userId: found.order.userId, paymentId: null, address });
    const actor = { type: 'checkout_page' as const, id: found.order.userId };
    const context = { requestId, actor, idempotency: null };
    const { payment } = await dependencies.createPayment({ orderId: found.order._id }, context);
    return { order: found.order, payment };
  };
}

async function read(
  { repositories }: CheckoutDependencies,
  { orderId, key }: CheckoutKey,
): Promise<Checkout> {
  const { orders, payments } = repositories;
  const found = await orders.getWithCheckoutToken(orderId);
  if (!found?.checkoutToken || !isCheckoutToken(key, found.checkoutToken))
    throw notFound('checkout_not_found', 'There is no such order, or the link is not complete.');
  const { checkoutToken: _, ...order } = found;
  return { order, payment: await payments.liveOfOrder(orderId) };
}
