import type { Reply } from '../../middlewares/answer.js';
import type { CreateOrderBody } from '../../schemas/orders/create-order.js';
import type { ApiRequest, Services } from '../controller.js';
import { toOrder } from './order.view.js';

export async function createOrder(
  request: ApiRequest<CreateOrderBody>,
  { useCases, checkoutUrl }: Services,
): Promise<Reply> {
  const order = await useCases.createOrder(request.body, request.call);
  return { status: 201, body: toOrder(order, checkoutUrl) };
}
