import type { Reply } from '../../middlewares/answer.js';
import type { ListEventsQuery } from '../../schemas/ops/events.js';
import { encodeCursor } from '../../utils/cursor.js';
import type { ApiRequest, Services } from '../controller.js';
import { placePageOf } from '../page.js';
import { toEvent } from './event.view.js';
import { eventFilterOf } from './event-filter.js';

export async function listEvents(
  { query }: ApiRequest<undefined, undefined, ListEventsQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const filter = { ...eventFilterOf(query), status: query.status };
  const { rows, next } = await useCases.listEvents({ ...filter, ...placePageOf(query) });
  const nextCursor = next && encodeCursor([next.created.getTime(), next.id]);
  return { status: 200, body: { data: rows.map(toEvent), nextCursor } };
}
