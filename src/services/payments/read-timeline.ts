import { placeOf } from '../../domain/timeline.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { storyOfPayments } from './find-story.js';
import type { PaymentReadingUseCases } from './payment-reading-use-cases.js';
import { readStory } from './read-story.js';
import { requirePayment } from './require-payment.js';

/** What happened to a payment, its order and its refunds, page by page. Throws 404 for a payment that does not exist. */
export function readTimeline({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): PaymentReadingUseCases['readTimeline'] {
  return async ({ paymentId, after, limit }) => {
    const payment = requirePayment(await repositories.payments.get(paymentId));
    const told = await readStory(repositories, await storyOfPayments(repositories, [payment]));
    const rest = after === null ? told.entries : told.entries.filter((entry) => placeOf(entry) > after);
    const entries = rest.slice(0, limit);
    const last = entries.at(-1);
    return { entries, next: last && rest.length > limit ? placeOf(last) : null, complete: told.complete };
  };
}
