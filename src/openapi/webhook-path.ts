import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { problemResponse } from '../schemas/shared/problem.js';
import { WEBHOOK_PATH } from '../utils/stripe/webhook-path.js';
import { problemResponses } from './error-responses.js';

const stripeEvent = z
  .looseObject({ id: z.string(), object: z.string(), type: z.string() })
  .meta({ id: 'StripeEvent', description: 'An event as Stripe signed it; every byte counts.' });

const exampleEvent = {
  id: 'evt_3QhT2eLkdIwHu7ix0000',
  object: 'event',
  type: 'payment_intent.succeeded',
  api_version: '2024-12-18.acacia',
  created: 1_736_942_490,
  data: { object: { id: 'pi_3QhT2eLkdIwHu7ix0000', object: 'payment_intent', status: 'succeeded' } },
};

/** `stripe listen` and the sandbox sign; by hand nobody can. */
const curl = 'stripe listen --forward-to "$GUICHET_URL/api/webhooks/stripe"';

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
    'x-codeSamples': [{ lang: 'Shell', label: 'Stripe CLI', source: curl }],
    request: {
      headers: z.object({ 'Stripe-Signature': z.string().meta({ example: 't=1736942400,v1=replace_me' }) }),
      body: {
        required: true,
        content: { 'application/json': { schema: stripeEvent, example: exampleEvent } },
      },
    },
    responses: {
      200: {
        description: 'Stored, now or before',
        content: {
          'application/json': {
            schema: z.strictObject({ received: z.literal(true) }),
            example: { received: true },
          },
        },
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
