import { z } from 'zod';
import { parseCurrency } from '../../domain/currencies.js';

/** Any case is taken and lower case is what the rest of the house sees. */
export const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, { error: 'expected a currency of three letters', abort: true })
  .toLowerCase()
  .refine((code) => parseCurrency(code) !== null, {
    params: { code: 'unknown_currency' },
    error: 'Stripe does not charge in this currency',
  })
  .meta({ description: 'ISO 4217, in any case.', example: 'usd' });

/**
 * Minor units. Steps, minimums and maximums are the use cases' (422): they go by the currency of an order or a
 * payment, and by what the account settles in.
 */
export const amount = z
  .int({ error: 'expected a whole number of minor units' })
  .positive({ error: 'expected an amount above zero' })
  .meta({ description: "In the currency's minor unit (cents, yen).", example: 2500 });

/** Minor units, as the caller computed it. */
export const taxAmount = z
  .int({ error: 'expected a whole number of minor units' })
  .nonnegative({ error: 'expected no negative amount' })
  .meta({ description: 'Tax on top of the price, as you computed it, in minor units.', example: 480 });

/** Minor units; an item of an order may be free. */
export const unitAmount = z
  .int({ error: 'expected a whole number of minor units' })
  .nonnegative({ error: 'expected no negative amount' })
  .meta({ description: "In the currency's minor unit (cents, yen).", example: 2500 });
