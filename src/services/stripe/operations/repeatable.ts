import type { OperationRow } from '../../../domain/rows/operation.js';

const REPEATABLE: ReadonlySet<OperationRow['kind']> = new Set(['coupon.delete', 'promotion_code.deactivate']);

/**
 * What ends something for good: sent twice it changes nothing more. So it is sent until Stripe answers, at any age, and
 * never has to be looked up or given up; that the object is gone already is an answer.
 */
export function isRepeatable({ kind }: Pick<OperationRow, 'kind'>): boolean {
  return REPEATABLE.has(kind);
}
