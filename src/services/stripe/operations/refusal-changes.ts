import { type Change, move } from '../../../domain/changes.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';
import type { PaymentError } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { sumsOf } from '../families/refund.js';

/**
 * What a refusal means for the row that the operation was to make: it failed, and what it held is free again. A
 * refused confirm or capture leaves its payment to the PaymentIntent that came with the refusal; after a refused cancel
 * `reopenOrder` sees to the order, once that PaymentIntent was looked at. A refused change of a customer changes nothing.
 */
export function refusalChanges(operation: OperationRow, refusal: Refusal, rows: WorkingSet): Change[] {
  const { id } = operation.subject;
  switch (operation.kind) {
    case 'customer.create':
      return [move('customers', id, { status: 'failed', deleted: true }), failed(operation, refusal)];
    case 'payment.create':
    case 'checkout.create': {
      const set = { status: 'failed' as const, live: false, lastError: errorOf(refusal) };
      return [move('payments', id, set), failed(operation, refusal)];
    }
    case 'coupon.create':
      return [move('coupons', id, { status: 'failed' }), failed(operation, refusal)];
    case 'promotion_code.create':
      return [move('promotionCodes', id, { status: 'failed', live: false }), failed(operation, refusal)];
    case 'refund.create':
      return [...refundFailed(id, refusal, rows), failed(operation, refusal)];
    case 'setup_intent.create':
      return [
        move('setupIntents', id, { status: 'failed', lastError: errorOf(refusal) }),
        failed(operation, refusal),
      ];
    case 'customer.update':
    case 'customer.delete':
    case 'payment_method.detach':
    case 'coupon.delete':
    case 'promotion_code.deactivate':
    case 'payment.confirm':
    case 'payment.capture':
    case 'payment.cancel':
    case 'payment.update':
    case 'checkout.expire':
      return [];
  }
}

function errorOf({ type, code, declineCode, message }: Refusal): PaymentError {
  return { type, code, declineCode, message };
}

function failed({ subject: { collection, id } }: OperationRow, refusal: Refusal): Change {
  const action =
    collection === 'promotionCodes' ? 'promotion_code.failed' : `${collection.slice(0, -1)}.failed`;
  return {
    type: 'audit',
    collection,
    id,
    action,
    before: {},
    after: { status: 'failed', code: refusal.code },
  };
}

function refundFailed(id: string, refusal: Refusal, rows: WorkingSet): Change[] {
  const refund = rows.get('refunds', id);
  const payment = rows.get('payments', refund?.paymentId);
  if (!refund || !payment) return [];
  const after = { status: 'failed' as const, failureReason: refusal.code ?? refusal.type };
  return [move('refunds', id, after), ...sumsOf(payment, { ...refund, ...after }, rows)];
}
