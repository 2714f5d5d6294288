import type { StripeScope } from '../../domain/rows/shared.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { UnreadableObject } from '../stripe/snapshots/read-object.js';
import { refreshObject } from '../stripe/snapshots/refresh-object.js';

/**
 * Brings what we hold of a customer or a saved payment method up to date, where Stripe's answer to a change could not do
 * so by itself. Where Stripe cannot be asked, its event will.
 */
export async function refreshSaved(
  dependencies: UseCaseDependencies,
  { stripeAccountId, livemode }: StripeScope,
  what: { object: 'customer' | 'payment_method'; id: string },
): Promise<void> {
  // Somebody waits, and has waited for the change itself.
  const timing = { ...dependencies.timing, budgetMs: dependencies.timing.callTimeoutMs };
  try {
    await refreshObject({ ...dependencies, timing }, { ...what, stripeAccountId, livemode });
  } catch (error) {
    if (!(error instanceof UnreadableObject)) throw error;
    dependencies.logger.warn(
      { err: error, object: what.object },
      'It could not be read after it was changed',
    );
  }
}
