import type { Reply } from '../../middlewares/answer.js';
import type { ApiKeyParams, RollApiKeyBody } from '../../schemas/ops/api-keys.js';
import type { ApiRequest, Services } from '../controller.js';
import { toIssuedApiKey } from './api-key.view.js';

export async function rollApiKey(
  { body, params, call }: ApiRequest<RollApiKeyBody, ApiKeyParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 201, body: toIssuedApiKey(await useCases.rollApiKey({ ...body, ...params }, call)) };
}
