import { checkoutStateOf } from '../../domain/checkout-state.js';
import type { Reply } from '../../middlewares/answer.js';
import type { StartCheckoutBody, StartedCheckoutResponse } from '../../schemas/checkout/checkout.js';
import type { CheckoutParams } from '../../schemas/checkout/checkout-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCheckout } from './checkout.view.js';

export async function startCheckout(
  { body, params, call }: ApiRequest<StartCheckoutBody, CheckoutParams>,
  { useCases }: Services,
): Promise<Reply> {
  const checkout = await useCases.startCheckout({ ...params, ...body }, call);
  const open = checkoutStateOf(checkout) === 'to_pay';
  const clientSecret = (open && checkout.payment?.clientSecret) || null;
  return { status: 200, body: { ...toCheckout(checkout), clientSecret } satisfies StartedCheckoutResponse };
}
