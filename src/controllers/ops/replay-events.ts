import type { Reply } from '../../middlewares/answer.js';
import type { ReplayBody } from '../../schemas/ops/replay.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPreview } from './event.view.js';
import { eventFilterOf } from './event-filter.js';

export async function replayEvents(
  { body, call }: ApiRequest<ReplayBody>,
  { useCases }: Services,
): Promise<Reply> {
  const { ids, includeApplied, limit, dryRun, reason = '' } = body;
  const input = { ...eventFilterOf(body), ids, includeApplied, limit };
  if (dryRun) {
    const { previews, more } = await useCases.previewReplay(input);
    return { status: 200, body: { dryRun, id: null, setDue: 0, more, previews: previews.map(toPreview) } };
  }
  const { replayId: id, setDue, more } = await useCases.replayEvents(input, reason, call);
  return { status: 200, body: { dryRun, id, setDue, more, previews: [] } };
}
