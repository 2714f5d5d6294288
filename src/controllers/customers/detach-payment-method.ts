import type { Reply } from '../../middlewares/answer.js';
import type { CustomerMethodParams } from '../../schemas/customers/customer-params.js';
import type { DetachedPaymentMethodResponse } from '../../schemas/customers/payment-methods.js';
import type { ApiRequest, Services } from '../controller.js';

export async function detachPaymentMethod(
  { params, call }: ApiRequest<undefined, CustomerMethodParams>,
  { useCases }: Services,
): Promise<Reply> {
  const { id: customerId, paymentMethodId } = params;
  const { stripe } = await useCases.detachPaymentMethod({ customerId, paymentMethodId }, call);
  const body: DetachedPaymentMethodResponse = { id: stripe.paymentMethodId, attached: false };
  return { status: 200, body };
}
