import { z } from 'zod';
import { MAX_METADATA_NAMES as MAX_KEYS } from '../../domain/merge-metadata.js';

const MAX_NAME = 40;
const MAX_VALUE = 500;

const name = z
  .string()
  .min(1)
  .max(MAX_NAME)
  .regex(/^[^[\]\p{Cc}]*$/u, { error: 'a name holds no square brackets and no control characters' })
  .refine((value) => !value.startsWith('$'), {
    params: { code: 'reserved_metadata' },
    error: 'a name does not begin with $: that is how the operators of a database begin',
  })
  .refine((value) => !value.startsWith('guichet_'), {
    params: { code: 'reserved_metadata' },
    error: 'names that begin with guichet_ are reserved',
  });

/** A record skips this one name in silence. */
const withoutProto = z.custom<unknown>(
  (value) => !(value instanceof Object && Object.hasOwn(value, '__proto__')),
  { params: { code: 'reserved_metadata' }, error: 'the name __proto__ is refused' },
);

const withinLimit = (value: object) => Object.keys(value).length <= MAX_KEYS;
const tooMany = { params: { code: 'too_many_keys' }, error: `at most ${MAX_KEYS} names` };

/** https://docs.stripe.com/api/metadata, checked here so that nothing is saved that Stripe would refuse. */
export const metadata = withoutProto
  .pipe(z.record(name, z.string().max(MAX_VALUE)))
  .refine(withinLimit, tooMany)
  .meta({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: MAX_VALUE },
    maxProperties: MAX_KEYS,
    description: `At most ${MAX_KEYS} names of at most ${MAX_NAME} characters, with text values of at most ${MAX_VALUE}.`,
    example: { campaign: 'spring' },
  });

/** Names to set or unset. How many there are after merging is the use case's to say. */
export const metadataPatch = withoutProto
  .pipe(z.record(name, z.string().max(MAX_VALUE).nullable()).nullable())
  .refine((value) => value === null || withinLimit(value), tooMany)
  .meta({
    type: ['object', 'null'],
    additionalProperties: { type: ['string', 'null'], maxLength: MAX_VALUE },
    maxProperties: MAX_KEYS,
    description:
      'Merged into what is there: a name that is left out stays, one with null or an empty text goes. Null for all of ' +
      'it: every name goes.',
    example: { campaign: 'summer', coupon: null },
  });

/** As it comes back. */
export const metadataView = z.record(z.string(), z.string()).meta({ example: { campaign: 'spring' } });
