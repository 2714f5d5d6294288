import type { Reply } from '../../middlewares/answer.js';
import type { ReadCheckoutBody } from '../../schemas/checkout/checkout.js';
import type { CheckoutParams } from '../../schemas/checkout/checkout-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCheckout } from './checkout.view.js';

export async function readCheckout(
  { body, params }: ApiRequest<ReadCheckoutBody, CheckoutParams>,
  { useCases }: Services,
): Promise<Reply> {
  const { key, refresh = false } = body;
  return { status: 200, body: toCheckout(await useCases.openCheckout({ ...params, key, refresh })) };
}
