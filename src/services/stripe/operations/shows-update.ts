import type { OperationRow } from '../../../domain/rows/operation.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';

/**
 * Whether an object is as an update wanted it: each parameter that was sent has its value, at any depth, and what was
 * sent empty is not there. https://docs.stripe.com/api/metadata
 */
export function showsUpdate({ params }: Pick<OperationRow, 'params'>, object: StripeObject): boolean {
  return holds(JSON.parse(params), object);
}

function holds(wanted: unknown, actual: unknown): boolean {
  if (wanted === '') return actual === undefined || actual === null || actual === '';
  if (typeof wanted !== 'object' || wanted === null) return wanted === actual;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) =>
    holds(value, (actual as Record<string, unknown>)[name]),
  );
}
