import type { UseCaseDependencies } from '../dependencies.js';
import type { UseCases } from '../use-cases.js';
import { requirePayment } from './require-payment.js';

/** A payment's refunds, newest first; what was released is no refund. Throws 404 for a payment that does not exist. */
export function listRefunds({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): UseCases['listRefunds'] {
  return async ({ paymentId, before, limit }) => {
    requirePayment(await repositories.payments.get(paymentId));
    const found = await repositories.refunds.pageOf(paymentId, { before, limit: limit + 1 });
    const rows = found.slice(0, limit);
    return { rows, next: found.length > limit ? (rows.at(-1)?._id ?? null) : null };
  };
}
