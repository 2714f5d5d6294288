import { optional, preset } from './setting.js';
import { integer, matching, oneOf } from './setting-types.js';

const EXPECTED = 'a URL that begins with redis:// or rediss://';
const redisUrl = matching(/^rediss?:\/\/\S+$/, EXPECTED).refine((text) => URL.canParse(text), {
  error: `expected ${EXPECTED}`,
});

/** Where Redis is: caches, limits over several processes, wake-ups. */
export const redisSettings = {
  REDIS_URL: optional(redisUrl, {
    group: 'Redis',
    description:
      'Shares limits and cache between processes; required by `guichet serve` unless REDIS=off. An unreachable one is a warning.',
    example: 'redis://localhost:6379/0',
  }),
  REDIS: preset(oneOf(['on', 'off']), 'on', {
    group: 'Redis',
    description: 'off: no Redis. Limits are then per process, and nothing is cached.',
  }),
  REDIS_KEY_PREFIX: preset(
    matching(/^[\w:.-]{1,60}$/, 'up to 60 letters, digits, _, :, . and -'),
    'guichet:',
    {
      group: 'Redis',
      description:
        'Begins every key, so that a Redis can be shared. Deployments that share one need their own.',
    },
  ),
  REDIS_COMMAND_TIMEOUT_MS: preset(integer(10, 5000), '150', {
    group: 'Redis',
    description: 'How long a command is waited for; after that the request goes on without Redis.',
  }),
};
