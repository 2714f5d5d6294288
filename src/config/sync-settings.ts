import { preset } from './setting.js';
import { integer } from './setting-types.js';

/** What is asked of Stripe by itself, so that nothing is missed. */
export const syncSettings = {
  GAP_FILL_INTERVAL_SECONDS: preset(integer(0, 86_400), '300', {
    group: 'Stripe',
    description:
      'How often a worker looks for events that no webhook brought; 0: never. Stripe allows a small account 10,000 reads a month, and 300 costs 8,640.',
  }),
};
