import { listEvents } from '../../controllers/ops/list-events.js';
import { eventListResponse, listEventsQuery } from '../../schemas/ops/events.js';
import { route } from '../route.js';

export const listEventsRoute = route({
  method: 'get',
  path: '/api/ops/events',
  operationId: 'listEvents',
  summary: 'List the stored events',
  description: 'The newest first, by the time at which Stripe made them, without their bodies.',
  tags: ['Operations'],
  scope: 'ops',
  request: { query: listEventsQuery },
  responses: { 200: { description: 'A page of events', schema: eventListResponse } },
  errors: ['invalid_cursor'],
  handler: listEvents,
});
