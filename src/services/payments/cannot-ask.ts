import { unavailable } from '../../domain/errors.js';
import { UnreadableObject } from '../stripe/snapshots/read-object.js';

/** For a request that needs to know from Stripe how things are, and cannot. */
export function cannotAsk(error: unknown): never {
  if (!(error instanceof UnreadableObject)) throw error;
  throw unavailable(
    'stripe_unavailable',
    'Stripe could not be asked. Send the same request again, or read the status without refresh.',
    { retryAfterSeconds: 2, cause: error },
  );
}
