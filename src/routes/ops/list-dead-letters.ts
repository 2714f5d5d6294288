import { listDeadLetters } from '../../controllers/ops/list-dead-letters.js';
import { deadLettersResponse } from '../../schemas/ops/events.js';
import { route } from '../route.js';

export const listDeadLettersRoute = route({
  method: 'get',
  path: '/api/ops/dead-letters',
  operationId: 'listDeadLetters',
  summary: 'List the causes of dead letters',
  description: 'Dead letters by the fingerprint of their error, the most frequent first; 200 at most.',
  tags: ['Operations'],
  scope: 'ops',

  responses: { 200: { description: 'The causes', schema: deadLettersResponse } },
  errors: [],
  handler: listDeadLetters,
});
