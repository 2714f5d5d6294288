import { type Change, move } from '../../domain/changes.js';
import { conflict } from '../../domain/errors.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { PaymentUseCases, ResentReceipt } from './payment-use-cases.js';
import { requirePayment } from './require-payment.js';

/** So that nobody can be flooded with mail through us. */
const MOST = 5;

/**
 * Puts the receipt of a payment into the outbox once more, under a key that counts. A request that comes again (by its
 * Idempotency-Key) is the one that it was. Throws 409: `payment_not_succeeded`, `receipt_not_available`,
 * `receipt_limit_reached`.
 */
export function resendReceipt(
  dependencies: Pick<UseCaseDependencies, 'repositories' | 'clock' | 'receipts'>,
): PaymentUseCases['resendReceipt'] {
  const { repositories, clock, receipts } = dependencies;
  return (paymentId, { actor, requestId, idempotency }) => {
    const request = idempotency?.id ?? requestId;
    return repositories.transaction(API_TRANSACTION, async (bound) => {
      const payment = requirePayment(await bound.payments.get(paymentId));
      const earlier = payment.receiptResends.indexOf(request);
      if (earlier >= 0) return resent(payment, earlier + 1);
      refuse(payment, receipts);
      const now = clock.now();
      const rows = new WorkingSet();
      rows.load('payments', [payment]);
      rows.apply(changes(payment, request), { actor, requestId }, now);
      await bound.commit({ rows, mirror: [], now });
      return resent(requirePayment(rows.get('payments', paymentId)), payment.receiptResends.length + 1);
    });
  };
}

function resent(payment: PaymentRow, number: number): ResentReceipt {
  return { payment, number, left: MOST - payment.receiptResends.length };
}

function refuse(payment: PaymentRow, receipts: UseCaseDependencies['receipts']): void {
  if (receipts !== 'guichet')
    throw conflict('receipt_not_available', 'Receipts are not sent from here: RECEIPTS is not guichet.');
  if (payment.status !== 'succeeded') {
    const detail = `The payment is ${payment.status}: there is no receipt before it has succeeded.`;
    throw conflict('payment_not_succeeded', detail);
  }
  if (!payment.receiptEmail)
    throw conflict('receipt_not_available', 'The payment has no receiptEmail: there is nowhere to send it.');
  if (payment.receiptResends.length < MOST) return;
  throw conflict('receipt_limit_reached', `The receipt was sent again ${MOST} times, which is the limit.`);
}

function changes(payment: PaymentRow, request: string): Change[] {
  const receiptResends = [...payment.receiptResends, request];
  const number = receiptResends.length;
  const id = `receipt:${payment._id}:${number}`;
  return [
    move('payments', payment._id, { receiptResends }),
    { type: 'effect', id, kind: 'receipt', payload: { paymentId: payment._id } },
    {
      type: 'audit',
      collection: 'payments',
      id: payment._id,
      action: 'payment.receipt_resent',
      before: {},
      after: { number },
    },
  ];
}
