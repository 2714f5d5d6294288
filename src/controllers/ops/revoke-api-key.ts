import type { Reply } from '../../middlewares/answer.js';
import type { ApiKeyParams } from '../../schemas/ops/api-keys.js';
import type { ApiRequest, Services } from '../controller.js';
import { toApiKey } from './api-key.view.js';

export async function revokeApiKey(
  { params, call }: ApiRequest<undefined, ApiKeyParams>,
  { useCases }: Services,
): Promise<Reply> {
  const row = await useCases.revokeApiKey(params.id, call);
  return { status: 200, body: toApiKey(row, row.revokedAt ?? row.updatedAt) };
}
