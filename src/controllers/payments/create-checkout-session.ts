import type { Reply } from '../../middlewares/answer.js';
import type { CheckoutSessionBody } from '../../schemas/payments/checkout-session.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCheckoutSession } from './checkout-session.view.js';

export async function createCheckoutSession(
  { body, call }: ApiRequest<CheckoutSessionBody>,
  { useCases }: Services,
): Promise<Reply> {
  const { payment, created } = await useCases.createCheckoutSession(body, call);
  return { status: created ? 201 : 200, body: toCheckoutSession(payment) };
}
