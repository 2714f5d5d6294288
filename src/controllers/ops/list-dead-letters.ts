import type { Reply } from '../../middlewares/answer.js';
import type { ApiRequest, Services } from '../controller.js';
import { toDeadLetters } from './event.view.js';

export async function listDeadLetters(_request: ApiRequest, { useCases }: Services): Promise<Reply> {
  return { status: 200, body: toDeadLetters(await useCases.listDeadLetters()) };
}
