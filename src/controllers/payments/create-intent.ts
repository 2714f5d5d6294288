import type { Reply } from '../../middlewares/answer.js';
import type { CreateIntentBody } from '../../schemas/payments/create-intent.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCreatedIntent } from './created-intent.view.js';

export async function createIntent(
  request: ApiRequest<CreateIntentBody>,
  { useCases }: Services,
): Promise<Reply> {
  const { payment, created } = await useCases.createPayment(request.body, request.call);
  return { status: created ? 201 : 200, body: toCreatedIntent(payment), secretOf: payment._id };
}
