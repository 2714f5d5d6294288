import type { Reply } from '../../middlewares/answer.js';
import type { CustomerParams } from '../../schemas/customers/customer-params.js';
import type { ListPaymentMethodsQuery } from '../../schemas/customers/payment-methods.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toPaymentMethod } from './payment-method.view.js';

export async function listPaymentMethods(
  { params, query }: ApiRequest<undefined, CustomerParams, ListPaymentMethodsQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const page = await useCases.listPaymentMethods({ customerId: params.id, ...pageOf(query) });
  const data = page.rows.map((row) => toPaymentMethod(row, page.customer));
  return { status: 200, body: { data, nextCursor: cursorAfter(page.next) } };
}
