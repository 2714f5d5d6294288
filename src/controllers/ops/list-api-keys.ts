import type { Reply } from '../../middlewares/answer.js';
import type { ListApiKeysQuery } from '../../schemas/ops/api-keys.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toApiKey } from './api-key.view.js';

export async function listApiKeys(
  { query }: ApiRequest<undefined, undefined, ListApiKeysQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { rows, next, now } = await useCases.listApiKeys(pageOf(query));
  return {
    status: 200,
    body: { data: rows.map((row) => toApiKey(row, now)), nextCursor: cursorAfter(next) },
  };
}
