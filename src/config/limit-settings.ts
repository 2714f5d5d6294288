import { preset } from './setting.js';
import { integer } from './setting-types.js';

const atMost = (description: string, value: string) =>
  preset(integer(0, 1_000_000), value, { group: 'Limits', description: `${description} 0: no limit.` });

/** How much is answered before it is 429. Each counts over all processes that share a Redis. */
export const limitSettings = {
  LIMIT_API_KEY_PER_SECOND: atMost('Requests of an API key in a second.', '1000'),
  LIMIT_USER_PER_MINUTE: atMost('Requests of a user (JWT) in a minute.', '60'),
  LIMIT_ANONYMOUS_PER_MINUTE: atMost(
    'Requests of an address in a minute, without valid credentials or to the checkout page.',
    '600',
  ),
  LIMIT_DECLINES_PER_USER: atMost('Declined cards of a user in ten minutes, then no more attempts.', '5'),
  LIMIT_DECLINES_PER_ADDRESS: atMost(
    'Declined cards from the address of users in ten minutes, then no more attempts.',
    '20',
  ),
  LIMIT_BAD_SIGNATURES_PER_MINUTE: atMost(
    'Webhooks of an address in a minute whose signature is wrong; valid ones are never limited.',
    '100',
  ),
};
