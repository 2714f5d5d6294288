import type { Reply } from '../../middlewares/answer.js';
import type { CreateApiKeyBody } from '../../schemas/ops/api-keys.js';
import type { ApiRequest, Services } from '../controller.js';
import { toIssuedApiKey } from './api-key.view.js';

export async function createApiKey(
  request: ApiRequest<CreateApiKeyBody>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 201, body: toIssuedApiKey(await useCases.createApiKey(request.body, request.call)) };
}
