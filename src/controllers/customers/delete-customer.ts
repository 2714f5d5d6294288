import type { Reply } from '../../middlewares/answer.js';
import type { CustomerParams } from '../../schemas/customers/customer-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCustomer } from './customer.view.js';

export async function deleteCustomer(
  { params, call }: ApiRequest<undefined, CustomerParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 200, body: toCustomer(await useCases.deleteCustomer(params.id, call)) };
}
