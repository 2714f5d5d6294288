import { z } from 'zod';
import { type IdPrefix, idPattern } from '../../utils/ids.js';
import { exampleIds } from './examples.js';

const EXAMPLES: Partial<Record<IdPrefix, string>> = exampleIds;

/** An id of ours, `<prefix>_<ULID>`. */
export function idOf(prefix: IdPrefix) {
  const example = EXAMPLES[prefix];
  return z
    .string()
    .regex(idPattern(prefix), { error: `expected an id that begins with ${prefix}_` })
    .meta({ ...(example === undefined ? {} : { example }) });
}

/**
 * An id in a path. A malformed one is 404 with `code`, like one that names nothing: neither exists, and a caller
 * that follows a broken link has one case to handle.
 */
export function pathIdOf(prefix: IdPrefix, code: string) {
  const pattern = idPattern(prefix);
  return z
    .string()
    .refine((value) => pattern.test(value), { params: { code }, error: 'there is no such object' })
    .meta({ example: EXAMPLES[prefix] });
}

/** A price in Stripe's catalogue. */
export const priceId = z
  .string()
  .regex(/^price_\w{1,249}$/, { error: 'expected a Stripe price id, which begins with price_' })
  .meta({ description: "A price in Stripe's catalogue.", example: 'price_1QgqxG2eZvKYlo2C' });
const PAYMENT_METHOD = /^pm_\w{1,250}$/;

/** A payment method at Stripe. */
export const paymentMethodId = z
  .string()
  .regex(PAYMENT_METHOD, { error: 'expected a Stripe payment method id, which begins with pm_' })
  .meta({ example: 'pm_card_visa' });

/** In a path; a malformed one is 404 with `code`, as of ours. */
export function pathPaymentMethodId(code: string) {
  return z
    .string()
    .refine((value) => PAYMENT_METHOD.test(value), { params: { code }, error: 'there is no such object' })
    .meta({ example: 'pm_card_visa' });
}
