import { getEvent } from '../../controllers/ops/get-event.js';
import { eventDetailsResponse, eventParams } from '../../schemas/ops/events.js';
import { route } from '../route.js';

export const getEventRoute = route({
  method: 'get',
  path: '/api/ops/events/:id',
  operationId: 'getEvent',
  summary: 'Read a stored event',
  description: 'With its body, which holds personal data until its retention ends, and what was decided.',
  tags: ['Operations'],
  scope: 'ops',
  request: { params: eventParams },
  responses: { 200: { description: 'The event', schema: eventDetailsResponse } },
  errors: ['event_not_found'],
  handler: getEvent,
});
