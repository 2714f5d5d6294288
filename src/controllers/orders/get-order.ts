import type { Reply } from '../../middlewares/answer.js';
import type { OrderParams } from '../../schemas/orders/order-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toOrder } from './order.view.js';

export async function getOrder(
  request: ApiRequest<undefined, OrderParams>,
  { useCases, checkoutUrl }: Services,
): Promise<Reply> {
  return { status: 200, body: toOrder(await useCases.getOrder(request.params.id), checkoutUrl) };
}
