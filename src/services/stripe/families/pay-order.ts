import { type Change, move } from '../../../domain/changes.js';
import type { OrderFlag, OrderRow } from '../../../domain/rows/order.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import type { DecisionContext } from './family.js';

/**
 * What a payment that has just succeeded means for its order: paid, if what was received covers its total in its
 * currency; else flagged, as is an order that was paid already or canceled. Nothing is dropped.
 */
export function payOrder(payment: PaymentRow, rows: WorkingSet, context: DecisionContext): Change[] {
  const order = rows.get('orders', payment.orderId);
  return [...receiptOf(payment, context), ...(order ? orderChanges(order, payment, context.now) : [])];
}

function receiptOf(payment: PaymentRow, { sendsReceipts }: DecisionContext): Change[] {
  if (!sendsReceipts || !payment.receiptEmail) return [];
  return [
    { type: 'effect', id: `receipt:${payment._id}:0`, kind: 'receipt', payload: { paymentId: payment._id } },
  ];
}

function orderChanges(order: OrderRow, payment: PaymentRow, now: Date): Change[] {
  const covers = payment.currency === order.currency && payment.amountReceived >= order.total;
  if (!covers) return flag(order, payment, 'amount_mismatch');
  if (order.status !== 'pending') return flag(order, payment, 'duplicate_payment');
  return [
    move('orders', order._id, { status: 'paid', paymentId: payment._id, paidAt: now }),
    {
      type: 'audit',
      collection: 'orders',
      id: order._id,
      action: 'order.paid',
      before: { status: order.status },
      after: { status: 'paid', paymentId: payment._id },
    },
  ];
}

function flag(order: OrderRow, payment: PaymentRow, name: OrderFlag): Change[] {
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
  ];
}
