import { readTimeline } from '../../controllers/payments/read-timeline.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { paymentTimelineQuery, paymentTimelineResponse } from '../../schemas/payments/payment-timeline.js';
import { route } from '../route.js';

export const readTimelineRoute = route({
  method: 'get',
  path: '/api/payments/:id/timeline',
  operationId: 'readTimeline',
  summary: 'Read what happened to a payment',
  description:
    'Oldest first: every write that was asked of Stripe, everything that Stripe said, with what was decided on it and ' +
    'why, and every change, of the payment, its order and its refunds. For servers: it tells who did what, and why a ' +
    'bank declined.',
  tags: ['Payments'],
  scope: 'payments:read',
  serverOnly: true,
  request: { params: paymentParams, query: paymentTimelineQuery },
  responses: { 200: { description: 'A page of the timeline', schema: paymentTimelineResponse } },
  errors: ['payment_not_found', 'invalid_cursor'],
  handler: readTimeline,
});
