import type { Reply } from '../../middlewares/answer.js';
import type { CustomerParams } from '../../schemas/customers/customer-params.js';
import type { UpdateCustomerBody } from '../../schemas/customers/update-customer.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCustomer } from './customer.view.js';

export async function updateCustomer(
  { params, body, call }: ApiRequest<UpdateCustomerBody, CustomerParams>,
  { useCases }: Services,
): Promise<Reply> {
  const customer = await useCases.updateCustomer({ customerId: params.id, ...body }, call);
  return { status: 200, body: toCustomer(customer) };
}
