import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { problemResponse } from '../schemas/shared/problem.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from '../utils/stripe/webhook-path.js';
import type { ErrorCode } from './error-catalogue.js';
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
const curl = {
  platform: 'stripe listen --forward-to "$GUICHET_URL/api/webhooks/stripe"',
  connect: 'stripe listen --forward-connect-to "$GUICHET_URL/api/webhooks/stripe/connect"',
};

/** The two paths that Express does not serve (`middlewares/stripe/receive-webhook.ts`). */
export function registerWebhookPaths(registry: OpenAPIRegistry): void {
  registry.registerPath({
    ...common(['invalid_signature', 'body_too_large']),
    path: WEBHOOK_PATH,
    operationId: 'receiveStripeWebhook',
    summary: 'Receive an event of Stripe',
    'x-codeSamples': [{ lang: 'Shell', label: 'Stripe CLI', source: curl.platform }],
  });
  registry.registerPath({
    ...common(['invalid_signature', 'connect_webhooks_off', 'body_too_large']),
    path: CONNECT_WEBHOOK_PATH,
    operationId: 'receiveConnectWebhook',
    summary: 'Receive an event of a connected account',
    'x-codeSamples': [{ lang: 'Shell', label: 'Stripe CLI', source: curl.connect }],
  });
}

function common(codes: ErrorCode[]) {
  return {
    method: 'post' as const,
    description: 'Answered only after the event is stored durably. Any event may arrive several times.',
    tags: ['Webhooks'],
    security: [],
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
        [...codes, 'unsupported_media_type', 'rate_limited', 'event_not_stored'],
        problemResponse,
      ),
    },
  };
}
