import type { Reply } from '../../middlewares/answer.js';
import type { ListApiKeysQuery } from '../../schemas/ops/api-keys.js';
import { decodeCursor, encodeCursor } from '../../utils/cursor.js';
import type { ApiRequest, Services } from '../controller.js';
import { toApiKey } from './api-key.view.js';

const DEFAULT_LIMIT = '20';

export async function listApiKeys(
  { query }: ApiRequest<undefined, undefined, ListApiKeysQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const [last] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['string']);
  const limit = Number(query.limit ?? DEFAULT_LIMIT);
  const { rows, next, now } = await useCases.listApiKeys({
    limit,
    before: last === undefined ? null : String(last),
  });
  const nextCursor = next === null ? null : encodeCursor([next]);
  return { status: 200, body: { data: rows.map((row) => toApiKey(row, now)), nextCursor } };
}
