import { unavailable } from '../../domain/errors.js';
import type { StripeGateway } from './stripe-gateway.js';

/**
 * Before a write is begun. Throws `stripe_unavailable` (503, with Retry-After) while Stripe is known not to answer, so
 * that nothing is saved that could only wait.
 */
export function requireStripe({ gateway }: { gateway: Pick<StripeGateway, 'pauseMs'> }): void {
  const pauseMs = gateway.pauseMs();
  if (pauseMs === 0) return;
  throw unavailable(
    'stripe_unavailable',
    'Stripe does not answer just now, so nothing was begun. Send the same request again.',
    { retryAfterSeconds: Math.ceil(pauseMs / 1000) },
  );
}
