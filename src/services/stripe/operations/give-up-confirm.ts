import { type Cause, type Change, insert } from '../../../domain/changes.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { cancelStep, stepOperation } from '../payment-steps.js';
import { newOperation } from './open-operation.js';
import { refuse, succeed } from './settle-by-snapshot.js';

const UNTOUCHED: ReadonlySet<string> = new Set(['requires_payment_method', 'requires_confirmation']);

/**
 * A confirm that is still open when a read made after 15 minutes shows its payment as it was before: it is closed, and a
 * cancel is opened in the same transaction, since the confirm may still arrive and must then find nothing to charge
 * (DESIGN rule 1). In any other state the customer or the bank is at it, so that the confirm was carried out.
 * `token` is the lease of the new operation.
 */
export function giveUpConfirm(
  confirm: OperationRow,
  rows: WorkingSet,
  { cause, token, now }: { cause: Cause; token: string; now: Date },
): { changes: Change[]; cancel?: OperationRow } {
  const payment = rows.get('payments', confirm.subject.id);
  if (!payment || !UNTOUCHED.has(payment.status)) {
    return { changes: [succeed(confirm, payment?.stripe.paymentIntentId ?? '', now)] };
  }
  const context = { requestId: confirm.requestId, actor: cause.actor, idempotency: null };
  const cancel = newOperation(stepOperation(payment, cancelStep('abandoned')), {
    scope: confirm,
    context,
    token,
    now,
  });
  const changes: Change[] = [
    refuse(confirm, GIVEN_UP, now),
    insert('operations', cancel),
    {
      type: 'audit',
      collection: 'payments',
      id: payment._id,
      action: 'payment.confirm_given_up',
      before: { status: payment.status },
      after: { status: payment.status, canceledBy: cancel._id },
    },
  ];
  return { changes, cancel };
}

const GIVEN_UP: Refusal = {
  status: 409,
  type: 'given_up',
  code: 'confirm_given_up',
  declineCode: null,
  param: null,
  message: 'Stripe did not answer within 15 minutes, so the payment was given up. Start a new one.',
};
