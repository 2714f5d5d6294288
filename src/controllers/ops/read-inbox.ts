import type { Reply } from '../../middlewares/answer.js';
import type { ApiRequest, Services } from '../controller.js';
import { toInbox } from './event.view.js';

export async function readInbox(_request: ApiRequest, { useCases }: Services): Promise<Reply> {
  return { status: 200, body: toInbox(await useCases.readInbox()) };
}
