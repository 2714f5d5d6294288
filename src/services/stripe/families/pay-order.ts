import { type Change, move } from '../../../domain/changes.js';
import { refundStateOf } from '../../../domain/refunds.js';
import type { OrderFlag, OrderRow, OrderStatus } from '../../../domain/rows/order.js';
import type { AlertName } from '../../../domain/rows/outbox-message.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { alertOf } from './alert.js';
import type { DecisionContext } from './family.js';
import { giveBackRedemption, keepRedemption } from './redemption.js';

/**
 * What a payment that has just succeeded means for its order: paid, if what was received covers its total in its
 * currency; else flagged, as is an order that was paid already or canceled. Nothing is dropped: it is money that a person
 * must decide about, and is alerted. An order that was being canceled is paid too: the customer was faster.
 */
export function payOrder(payment: PaymentRow, rows: WorkingSet, context: DecisionContext): Change[] {
  const order = rows.get('orders', payment.orderId);
  return [
    ...receiptOf(payment, context),
    ...(order ? orderChanges(order, { payment, rows, now: context.now }) : []),
  ];
}

function receiptOf(payment: PaymentRow, { sendsReceipts }: DecisionContext): Change[] {
  if (!sendsReceipts || !payment.receiptEmail) return [];
  return [
    { type: 'effect', id: `receipt:${payment._id}:0`, kind: 'receipt', payload: { paymentId: payment._id } },
  ];
}

function orderChanges(
  order: OrderRow,
  { payment, rows, now }: { payment: PaymentRow; rows: WorkingSet; now: Date },
): Change[] {
  const covers = payment.currency === order.currency && payment.amountReceived >= order.total;
  if (!covers) {
    return flag(order, payment, { name: 'amount_mismatch', alert: 'order_amount_mismatch' });
  }
  if (order.status !== 'pending' && order.status !== 'cancelling') {
    const alert = order.status === 'paid' ? 'order_paid_twice' : 'order_paid_late';
    return flag(order, payment, { name: 'duplicate_payment', alert });
  }
  const { amountRefunded } = payment;
  const refunds = { amountRefunded, refundState: refundStateOf({ amountRefunded, total: order.total }) };
  return [
    move('orders', order._id, { status: 'paid', paymentId: payment._id, paidAt: now, ...refunds }),
    {
      type: 'audit',
      collection: 'orders',
      id: order._id,
      action: 'order.paid',
      before: { status: order.status },
      after: { status: 'paid', paymentId: payment._id },
    },
    ...keepRedemption(order, rows),
  ];
}

/** What was refunded of the payment that paid an order is refunded of the order. */
export function refundOrder(payment: PaymentRow, rows: WorkingSet): Change[] {
  const order = rows.get('orders', payment.orderId);
  if (order?.paymentId !== payment._id || order.amountRefunded === payment.amountRefunded) return [];
  const { amountRefunded } = payment;
  const after = { amountRefunded, refundState: refundStateOf({ amountRefunded, total: order.total }) };
  return [
    move('orders', order._id, after),
    {
      type: 'audit',
      collection: 'orders',
      id: order._id,
      action: 'order.refunds_changed',
      before: { refundState: order.refundState, amountRefunded: order.amountRefunded },
      after,
    },
  ];
}

/** The second step of canceling an order: Stripe has canceled its payment. Any other order can be paid anew. */
export function endOrder(payment: PaymentRow, rows: WorkingSet): Change[] {
  const order = rows.get('orders', payment.orderId);
  if (order?.status !== 'cancelling') return [];
  const turn = { status: 'canceled' as const, action: 'order.canceled' };
  return [...orderTurns(order, turn), ...giveBackRedemption(order, rows)];
}

/** Stripe did not cancel the payment of an order that was to be canceled: it is to be paid again. */
export function reopenOrder(payment: PaymentRow | null, rows: WorkingSet): Change[] {
  const order = rows.get('orders', payment?.orderId);
  if (order?.status !== 'cancelling') return [];
  return orderTurns(order, { status: 'pending', action: 'order.cancel_refused' });
}

/** A move of the order's status with its audit record. */
export function orderTurns(
  order: OrderRow,
  { status, action, reason }: { status: OrderStatus; action: string; reason?: string },
): Change[] {
  return [
    move('orders', order._id, { status }),
    {
      type: 'audit',
      collection: 'orders',
      id: order._id,
      action,
      ...(reason ? { reason } : {}),
      before: { status: order.status },
      after: { status },
    },
  ];
}

function flag(
  order: OrderRow,
  payment: PaymentRow,
  { name, alert }: { name: OrderFlag; alert: AlertName },
): Change[] {
  return [
    move('orders', order._id, { flags: [...new Set([...order.flags, name])] }),
    {
      type: 'audit',
      collection: 'orders',
      id: order._id,
      action: `order.${name}`,
      before: { status: order.status, total: order.total, currency: order.currency },
      after: { paymentId: payment._id, amountReceived: payment.amountReceived, currency: payment.currency },
    },
    alertOf(alert, payment._id),
  ];
}
