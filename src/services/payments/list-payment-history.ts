import { lowestIdAt } from '../../utils/ids.js';
import type { UseCaseDependencies } from '../dependencies.js';
import type { PaymentReadingUseCases } from './payment-reading-use-cases.js';

/** A page of a user's payments, newest first, whichever way the caller came: one range of one index. */
export function listPaymentHistory({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): PaymentReadingUseCases['listPaymentHistory'] {
  return async ({ from, until, limit, place, ...filters }) => {
    const found = await repositories.payments.history({
      ...filters,
      fromId: idAt(from),
      untilId: idAt(until),
      place,
      limit: limit + 1,
    });
    const back = place?.direction === 'newer';
    const more = found.length > limit;
    const page = found.slice(0, limit);
    const rows = back ? page.reverse() : page;
    return {
      rows,
      older: back || more ? (rows.at(-1)?._id ?? null) : null,
      newer: (back ? more : place !== null) ? (rows[0]?._id ?? null) : null,
    };
  };
}

/** Ids know no time before 1970, and nothing was made then. */
function idAt(date: Date | null): string | null {
  return date === null ? null : lowestIdAt('pay', new Date(Math.max(0, date.getTime())));
}
