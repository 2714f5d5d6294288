import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './api.js';
import type { Instance } from './running-instance.js';

interface StripeEvent {
  id: string;
  type: string;
  data: { object: { id: string } };
}

const ATTEMPTS = 50;
const POLL_MS = 100;

/** The event of this type about the answer's PaymentIntent, read from Stripe. */
export async function latestEvent(
  { stripe }: Instance,
  { type, paymentIntentOf }: { type: string; paymentIntentOf: Answer },
): Promise<StripeEvent> {
  const { paymentIntentId } = paymentIntentOf.body.stripe as { paymentIntentId: string };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const response = await fetch(`${stripe.baseUrl}/v1/events?type=${type}&limit=100`, {
      headers: { authorization: `Bearer ${stripe.secretKey}` },
    });
    const { data } = (await response.json()) as { data: StripeEvent[] };
    const found = data.find((event) => event.data.object.id === paymentIntentId);
    if (found) return found;
    await delay(POLL_MS);
  }
  throw new Error(`Stripe has no ${type} of ${paymentIntentId}`);
}

/** Signs the event as Stripe does and posts it; returns the status. https://docs.stripe.com/webhooks#verify-manually */
export async function postEvent({ baseUrl, stripe }: Instance, event: StripeEvent): Promise<number> {
  const payload = JSON.stringify(event);
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', stripe.webhookSecret).update(`${time}.${payload}`).digest('hex');
  const response = await fetch(`${baseUrl}/api/webhooks/stripe`, {
    method: 'POST',
    body: payload,
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` },
  });
  await response.text();
  return response.status;
}
