import { type Change, move } from '../../../domain/changes.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { alertOf } from '../families/alert.js';
import { reopenOrder } from '../families/pay-order.js';
import { refusalChanges } from './refusal-changes.js';
import { cancelsPayment, closed } from './settle-by-snapshot.js';

const ABANDONED: Refusal = {
  status: 409,
  type: 'abandoned',
  code: 'operation_abandoned',
  declineCode: null,
  param: null,
  message: 'Stripe never carried this out.',
};

/**
 * What follows when a look-up that began 24 h after the first send has found nothing: what the operation had reserved
 * is free again, as after a refusal, and a person is told. Only such a look-up may call this (counter-example 8).
 */
export function abandonOperation(operation: OperationRow, rows: WorkingSet, now: Date): Change[] {
  const { _id, kind, subject } = operation;
  const payment = subject.collection === 'payments' ? rows.get('payments', subject.id) : null;
  return [
    move('operations', _id, { ...closed(now), status: 'abandoned' }),
    {
      type: 'audit',
      collection: subject.collection,
      id: subject.id,
      action: 'operation.abandoned',
      before: {},
      after: { operationId: _id, kind },
    },
    ...refusalChanges(operation, ABANDONED, rows),
    ...(cancelsPayment(operation) ? reopenOrder(payment, rows) : []),
    alertOf('operation_abandoned', _id),
  ];
}
