import type { Reply } from '../../middlewares/answer.js';
import type { OrderParams } from '../../schemas/orders/order-params.js';
import type { CancelBody } from '../../schemas/payments/cancel-payment.js';
import type { ApiRequest, Services } from '../controller.js';
import { toOrder } from './order.view.js';

export async function cancelOrder(
  { params, body, call }: ApiRequest<CancelBody, OrderParams>,
  { useCases, checkoutUrl }: Services,
): Promise<Reply> {
  const order = await useCases.cancelOrder({ orderId: params.id, ...body }, call);
  return { status: 200, body: toOrder(order, checkoutUrl) };
}
