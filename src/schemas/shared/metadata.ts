import { z } from 'zod';
import { MAX_METADATA_KEYS as MAX_KEYS } from '../../domain/metadata.js';

const MAX_NAME = 40;
const MAX_VALUE = 500;

const name = z
  .string()
  .min(1)
  .max(MAX_NAME)
  .regex(/^[^[\]\p{Cc}]*$/u, { error: 'a name holds no square brackets and no control characters' })
  .refine((value) => !value.startsWith('guichet_'), {
    params: { code: 'reserved_metadata' },
    error: 'names that begin with guichet_ are reserved',
  });

/** https://docs.stripe.com/api/metadata, checked here so that nothing is saved that Stripe would refuse. */
export const metadata = z
  // A record skips this one name in silence.
  .custom<unknown>((value) => !(value instanceof Object && Object.hasOwn(value, '__proto__')), {
    params: { code: 'reserved_metadata' },
    error: 'the name __proto__ is refused',
  })
  .pipe(z.record(name, z.string().max(MAX_VALUE)))
  .refine((value) => Object.keys(value).length <= MAX_KEYS, {
    params: { code: 'too_many_keys' },
    error: `at most ${MAX_KEYS} names`,
  })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: MAX_VALUE },
    maxProperties: MAX_KEYS,
    description: `At most ${MAX_KEYS} names of at most ${MAX_NAME} characters, with text values of at most ${MAX_VALUE}.`,
    example: { campaign: 'spring' },
  });

/** As it comes back. */
export const metadataView = z.record(z.string(), z.string()).meta({ example: { campaign: 'spring' } });
