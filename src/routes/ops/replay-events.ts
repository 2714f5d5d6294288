import { replayEvents } from '../../controllers/ops/replay-events.js';
import { replayBody, replayResponse } from '../../schemas/ops/replay.js';
import { route } from '../route.js';

export const replayEventsRoute = route({
  method: 'post',
  path: '/api/ops/replay',
  operationId: 'replayEvents',
  summary: 'Try stored events again',
  description:
    'Dead letters, and with `includeApplied` or by `ids` others too, are set due; a worker does the rest. No effect is made twice. The audit trail keeps who asked and why. `dryRun` tells what would change, field by field.',
  tags: ['Operations'],
  scope: 'ops',
  request: { body: replayBody },
  responses: { 200: { description: 'What was set due, or would change', schema: replayResponse } },
  errors: [],
  handler: replayEvents,
});
