import { z } from 'zod';
import { checkoutStates } from '../../domain/checkout-state.js';

/** The `key` of the page's address. Any text is read: a wrong key is 404, whatever it looks like. */
const key = z.string().max(200).meta({ example: '3q2-7wAAAAAAAAAAAAAAAA' });

export const startCheckoutBody = z
  .strictObject({ key })
  .meta({ id: 'StartCheckout', example: { key: '3q2-7wAAAAAAAAAAAAAAAA' } });
export type StartCheckoutBody = z.infer<typeof startCheckoutBody>;

export const readCheckoutBody = z
  .strictObject({ key, refresh: z.boolean().optional().meta({ description: 'Ask Stripe first.' }) })
  .meta({ id: 'ReadCheckout', example: { key: '3q2-7wAAAAAAAAAAAAAAAA', refresh: true } });
export type ReadCheckoutBody = z.infer<typeof readCheckoutBody>;

const state = z.enum(checkoutStates).meta({
  description: '`to_pay` also after a decline, which `decline` tells; `authorized` waits for its capture.',
});
const decline = z
  .strictObject({ code: z.string().nullable(), declineCode: z.string().nullable() })
  .nullable();

export const checkoutResponse = z
  .strictObject({ state, decline })
  .meta({ id: 'Checkout', example: { state: 'paid', decline: null } });
export type CheckoutResponse = z.infer<typeof checkoutResponse>;

export const startedCheckoutResponse = z
  .strictObject({
    state,
    decline,
    clientSecret: z.string().nullable().meta({ description: 'Null when there is nothing left to pay.' }),
  })
  .meta({
    id: 'StartedCheckout',
    example: {
      state: 'to_pay',
      decline: { code: 'card_declined', declineCode: 'insufficient_funds' },
      clientSecret: 'pi_3QhT2eLkdIwHu7ix0000_secret_replace_me',
    },
  });
export type StartedCheckoutResponse = z.infer<typeof startedCheckoutResponse>;
