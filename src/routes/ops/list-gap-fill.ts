import { listGapFill } from '../../controllers/ops/list-gap-fill.js';
import { gapFillListResponse, listGapFillQuery } from '../../schemas/ops/gap-fill.js';
import { route } from '../route.js';

export const listGapFillRoute = route({
  method: 'get',
  path: '/api/ops/gap-fill',
  operationId: 'listGapFill',
  summary: 'How far events were compared with Stripe',
  description:
    'For each account: up to when every event that Stripe made is in the inbox, and which were there only because they were asked for.',
  tags: ['Operations'],
  scope: 'ops',
  request: { query: listGapFillQuery },
  responses: { 200: { description: 'A page of accounts', schema: gapFillListResponse } },
  errors: ['invalid_cursor'],
  handler: listGapFill,
});
