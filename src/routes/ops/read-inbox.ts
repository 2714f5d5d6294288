import { readInbox } from '../../controllers/ops/read-inbox.js';
import { inboxResponse } from '../../schemas/ops/events.js';
import { route } from '../route.js';

export const readInboxRoute = route({
  method: 'get',
  path: '/api/ops/inbox',
  operationId: 'readInbox',
  summary: 'Read the state of the inbox',
  description: 'How many events wait, for how long, and how often those that wait have failed.',
  tags: ['Operations'],
  scope: 'ops',

  responses: { 200: { description: 'The inbox', schema: inboxResponse } },
  errors: [],
  handler: readInbox,
});
