import type { OperationRow } from '../../../domain/rows/operation.js';
import type { Needs } from '../families/family.js';

/** The operation, its subject, and what its refusal changes. */
export function needsOf({ _id, subject }: Pick<OperationRow, '_id' | 'subject'>): Needs {
  const operations = [_id];
  switch (subject.collection) {
    case 'customers':
      return { operations, customers: [subject.id] };
    case 'payments':
      return { operations, payments: [subject.id], openOperationsOfPayments: [subject.id] };
    case 'coupons':
      return { operations, coupons: [subject.id] };
    case 'promotionCodes':
      return { operations, promotionCodes: [subject.id] };
    case 'refunds':
      return { operations, refunds: [subject.id] };
    case 'paymentMethods':
      return { operations, paymentMethods: [subject.id] };
    case 'setupIntents':
      return { operations, setupIntents: [subject.id] };
  }
}
