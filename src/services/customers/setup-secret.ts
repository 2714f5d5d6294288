import type { SetupIntentRow } from '../../domain/rows/setup-intent.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { cannotAsk } from '../payments/cannot-ask.js';
import { readPath } from '../stripe/snapshots/read-object.js';

/**
 * The client secret of a setup. One whose answer was lost learned of itself by an event, which holds none: Stripe is asked.
 * Throws `stripe_unavailable` (503).
 */
export async function setupSecret(
  dependencies: UseCaseDependencies,
  { _id, stripeAccountId, livemode, stripe }: SetupIntentRow,
): Promise<string | null> {
  const stored = await dependencies.repositories.setupIntents.clientSecretOf(_id);
  const id = stripe.setupIntentId;
  if (stored !== null || id === null) return stored;
  const ref = { object: 'setup_intent', id, stripeAccountId, livemode };
  const { object } = await readPath(dependencies, `/v1/setup_intents/${id}`, ref).catch(cannotAsk);
  return typeof object.client_secret === 'string' ? object.client_secret : null;
}
