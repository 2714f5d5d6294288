import { unavailable } from '../../domain/errors.js';
import { UnreadableObject } from '../stripe/snapshots/read-object.js';

const RETRY_AFTER_SECONDS = 2;

/** For a request that needs to know from Stripe how things are, and cannot. */
export function cannotAsk(error: unknown): never {
  if (!(error instanceof UnreadableObject)) throw error;
  throw unavailable(
    'stripe_unavailable',
    'Stripe could not be asked. Send the same request again, or read the status without refresh.',
    { retryAfterSeconds: retryAfterSeconds(error), cause: error },
  );
}

function retryAfterSeconds({ answer }: UnreadableObject): number {
  const unsent = answer?.type === 'none' ? answer.unsent : undefined;
  return unsent ? Math.ceil(unsent.retryAfterMs / 1000) : RETRY_AFTER_SECONDS;
}
