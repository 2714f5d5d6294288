import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { problemResponse } from '../schemas/shared/problem.js';
import { WEBHOOK_PATH } from '../utils/stripe/webhook-path.js';
import { problemResponses } from './error-responses.js';

const stripeEvent = z
  .looseObject({ id: z.string(), object: z.string(), type: z.string() })
  .meta({ id: 'StripeEvent', description: 'An event as Stripe signed it; every byte counts.' });

/** The one path that Express does not serve (`middlewares/stripe/receive-webhook.ts`). */
export function registerWebhookPath(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: WEBHOOK_PATH,
    operationId: 'receiveStripeWebhook',
    summary: 'Receive an event of Stripe',
    description: 'Answered only after the event is stored durably. Any event may arrive several times.',
    tags: ['Webhooks'],
    security: [],
    request: {
      headers: z.object({ 'Stripe-Signature': z.string().meta({ example: 't=1736942400,v1=…' }) }),
      body: { required: true, content: { 'application/json': { schema: stripeEvent } } },
    },
    responses: {
      200: {
        description: 'Stored, now or before',
        content: { 'application/json': { schema: z.strictObject({ received: z.literal(true) }) } },
      },
      ...problemResponses(
        [
          ...(['invalid_signature', 'body_too_large', 'unsupported_media_type'] as const),
          ...(['rate_limited', 'event_not_stored'] as const),
        ],
        problemResponse,
      ),
    },
  });
}
