import type { Reply } from '../../middlewares/answer.js';
import type { CreateSetupIntentBody } from '../../schemas/customers/create-setup-intent.js';
import type { CustomerParams } from '../../schemas/customers/customer-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toSetupIntent } from './setup-intent.view.js';

export async function createSetupIntent(
  { params, body, call }: ApiRequest<CreateSetupIntentBody, CustomerParams>,
  { useCases }: Services,
): Promise<Reply> {
  const setup = await useCases.createSetupIntent({ customerId: params.id, ...body }, call);
  return { status: 201, body: toSetupIntent(setup), secretOf: setup._id };
}
