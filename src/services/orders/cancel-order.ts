import { move } from '../../domain/changes.js';
import { conflict, type GuichetError, notFound } from '../../domain/errors.js';
import { isCancelable } from '../../domain/payment-state.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { afterEnding, type EndingDependencies } from '../payments/after-ending.js';
import { operationInProgress, requireMade, runPaymentOperation } from '../payments/payment-operation.js';
import { orderTurns } from '../stripe/families/pay-order.js';
import { giveBackRedemption } from '../stripe/families/redemption.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { endingStep } from '../stripe/payment-steps.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, CancelOrderInput, UseCases } from '../use-cases.js';

/**
 * Cancels an order in two steps: `cancelling`, while Stripe is asked to cancel its payment, and `canceled` once Stripe
 * says so. Without a payment it is canceled at once. An order that is canceled already is given back as it is. Throws
 * `order_not_cancelable` (409) when it is paid or its payment is processing; then it is left, or becomes paid.
 */
export function cancelOrder(dependencies: EndingDependencies): UseCases['cancelOrder'] {
  const { orders, payments, operations } = dependencies.repositories;
  return async (input, context) => {
    const resumed = context.idempotency?.operationId;
    const operation = resumed ? await operations.get(resumed) : null;
    const payment = await (operation
      ? payments.get(operation.subject.id)
      : payments.liveOfOrder(input.orderId));
    if (payment) await throughPayment(dependencies, { input, paymentId: payment._id }, context);
    else await atOnce(dependencies, input, context);
    return requireOrder(await orders.getWithCheckoutToken(input.orderId));
  };
}

async function throughPayment(
  dependencies: EndingDependencies,
  { input, paymentId }: { input: CancelOrderInput; paymentId: string },
  context: CallContext,
): Promise<void> {
  const { orders } = dependencies.repositories;
  const cause = { actor: context.actor, requestId: context.requestId };
  const operation = await runPaymentOperation(
    dependencies,
    { paymentId, context },
    async (payment, { bound, rows, now }) => {
      const order = requireOrder(await bound.orders.get(input.orderId));
      // It ended after it was found: the next request sees the order without it.
      if (!payment.live) throw operationInProgress();
      requireMade(payment);
      const step = endingStep(payment, input.reason);
      if (!step) throw notCancelable(order, payment);
      rows.load('orders', [order]);
      rows.load('payments', [payment]);
      // Written too: what ends it at the same moment must see the order that waits for that.
      rows.apply([move('payments', payment._id, {})], cause, now);
      const { reason } = input;
      const turn = { status: 'cancelling' as const, action: 'order.cancel', ...(reason ? { reason } : {}) };
      if (order.status !== 'cancelling') rows.apply(orderTurns(order, turn), cause, now);
      return step;
    },
  );
  if (operation.status === 'succeeded') return;
  const payment = await afterEnding(dependencies, operation);
  if (operation.status === 'refused' && payment.status === 'canceled') {
    await atOnce(dependencies, input, context);
    return;
  }
  if (operation.status !== 'refused' || isCancelable(payment.status)) {
    throw outcomeError(operation, { paymentId });
  }
  throw notCancelable(requireOrder(await orders.get(input.orderId)), payment);
}

async function atOnce(
  { repositories, clock }: UseCaseDependencies,
  { orderId, reason }: CancelOrderInput,
  { actor, requestId }: CallContext,
): Promise<void> {
  await repositories.transaction({ ...API_TRANSACTION, about: orderId }, async (bound) => {
    const order = requireOrder(await bound.orders.get(orderId));
    if (order.status === 'canceled') return;
    if (order.status === 'paid') throw notCancelable(order, null);
    if (await bound.payments.liveOfOrder(orderId)) throw operationInProgress();
    const now = clock.now();
    const rows = new WorkingSet();
    rows.load('orders', [order]);
    await loadRedemption(bound, order, rows);
    const turn = { status: 'canceled' as const, action: 'order.canceled', ...(reason ? { reason } : {}) };
    const changes = [...orderTurns(order, turn), ...giveBackRedemption(order, rows)];
    rows.apply(changes, { actor, requestId }, now);
    await bound.commit({ rows, mirror: [], now });
  });
}

async function loadRedemption(bound: BoundRepositories, { _id, coupon }: OrderRow, rows: WorkingSet) {
  if (coupon === null) return;
  rows.load('redemptions', await bound.redemptions.getMany([_id]));
  rows.load('coupons', await bound.coupons.getMany([coupon.couponId]));
  const codes = coupon.promotionCodeId === null ? [] : [coupon.promotionCodeId];
  rows.load('promotionCodes', await bound.promotionCodes.getMany(codes));
}

function requireOrder(order: OrderRow | null): OrderRow {
  if (!order) throw notFound('order_not_found', 'There is no such order.');
  return order;
}

function notCancelable(order: OrderRow, payment: PaymentRow | null): GuichetError {
  const paid = order.status === 'paid' || payment?.status === 'succeeded';
  const detail = paid
    ? 'The order is paid: it cannot be canceled. Refund its payment instead.'
    : `The payment of the order is ${payment?.status}: it cannot be canceled now.`;
  return conflict('order_not_cancelable', detail);
}
