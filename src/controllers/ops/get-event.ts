import type { Reply } from '../../middlewares/answer.js';
import type { EventParams } from '../../schemas/ops/events.js';
import type { ApiRequest, Services } from '../controller.js';
import { toEventDetails } from './event.view.js';

export async function getEvent(
  { params }: ApiRequest<undefined, EventParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 200, body: toEventDetails(await useCases.getEvent(params.id)) };
}
