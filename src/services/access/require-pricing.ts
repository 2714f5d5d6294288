import { forbidden } from '../../domain/errors.js';
import { maySetPrices } from '../../domain/principal.js';
import type { Actor } from '../../domain/rows/operation.js';

/** For a request that brings its own price or tax. Throws `pricing_not_allowed` (403) for a user's. */
export function requirePricing(actor: Actor): void {
  if (maySetPrices(actor)) return;
  throw forbidden(
    'pricing_not_allowed',
    'A user’s token may not set prices or taxes. Order by priceId, or let your server, which has an API key, do it.',
  );
}
