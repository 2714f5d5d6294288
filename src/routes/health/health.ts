import { live, ready } from '../../controllers/health/health.js';
import { livenessResponse, readinessResponse } from '../../schemas/health/health-response.js';
import { route } from '../route.js';

export const liveRoute = route({
  method: 'get',
  path: '/health/live',
  operationId: 'live',
  summary: 'The process answers',
  tags: ['Health'],
  scope: null,
  responses: { 200: { description: 'It does', schema: livenessResponse } },
  errors: [],
  handler: live,
});

export const readyRoute = route({
  method: 'get',
  path: '/health/ready',
  operationId: 'ready',
  summary: 'The service can serve',
  tags: ['Health'],
  scope: null,
  responses: {
    200: { description: 'It can', schema: readinessResponse },
    503: { description: 'Send it no traffic now', schema: readinessResponse },
  },
  errors: [],
  handler: ready,
});
