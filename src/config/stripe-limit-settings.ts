import { optional, preset } from './setting.js';
import { integer } from './setting-types.js';

/** How much is asked of Stripe, and when it is left alone. */
export const stripeLimits = {
  STRIPE_REQUESTS_PER_SECOND: optional(integer(1, 100_000), {
    group: 'Stripe',
    description:
      'Calls of one process: divide what the account may by the processes. Default: 80 in live mode, 20 in test mode, where Stripe takes 100 and 25.',
    example: '40',
  }),
  STRIPE_BREAKER_FAILURES: preset(integer(1, 1_000_000), '10', {
    group: 'Stripe',
    description: 'So many calls in a row that end in a 5xx or in no answer stop all calls.',
  }),
  STRIPE_BREAKER_OPEN_MS: preset(integer(50, 600_000), '10000', {
    group: 'Stripe',
    description: 'How long calls stay stopped before Stripe is tried again.',
  }),
};
