import type { Reply } from '../../middlewares/answer.js';
import type { ListGapFillQuery } from '../../schemas/ops/gap-fill.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toGapFill } from './gap-fill.view.js';

export async function listGapFill(
  { query }: ApiRequest<undefined, undefined, ListGapFillQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { limit, before: after } = pageOf(query);
  const { rows, next } = await useCases.listGapFill({ limit, after });
  return { status: 200, body: { data: rows.map(toGapFill), nextCursor: cursorAfter(next) } };
}
