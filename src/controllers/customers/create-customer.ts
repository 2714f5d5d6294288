import type { Reply } from '../../middlewares/answer.js';
import type { CreateCustomerBody } from '../../schemas/customers/create-customer.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCustomer } from './customer.view.js';

export async function createCustomer(
  request: ApiRequest<CreateCustomerBody>,
  { useCases }: Services,
): Promise<Reply> {
  const { customer, created } = await useCases.createCustomer(request.body, request.call);
  return { status: created ? 201 : 200, body: toCustomer(customer) };
}
