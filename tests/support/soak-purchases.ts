import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { askUntilFinal } from './ask-until-final.js';
import type { CrashSite } from './crash-site.js';
import { pick, type Random } from './seeded-random.js';

/** One order, bought to its end. */
export interface Bought {
  mark: string;
  orderId: string;
  paymentId: string;
  intentId: string;
}

const PATIENCE_MS = 120_000;
const RETURN_URL = 'https://shop.example/return';

export function stripeAt({ sandbox }: CrashSite): Stripe {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(sandbox.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
}

/**
 * An order through our API, as often asked as it takes; then the customer pays in the browser, and the shop gives back in
 * Stripe's dashboard: of both only events tell us.
 */
export async function buy(site: CrashSite, stripe: Stripe, shopper: { mark: string; random: Random }) {
  const { mark, random } = shopper;
  const { orderId, paymentId, intentId } = await order(site, mark);
  const pay = (payment_method: string) =>
    stripe.paymentIntents.confirm(intentId, { payment_method, return_url: RETURN_URL });
  const way = pick(random, ['at once', 'at once', 'after a decline', '3ds']);
  if (way === 'after a decline') await pay('pm_card_chargeDeclined').catch(onlyDeclined);
  if (way === '3ds') {
    await pay('pm_card_threeDSecure2Required');
    site.sandbox.control.complete3ds(intentId, 'approve');
  } else await pay('pm_card_visa');
  for (const amount of pick(random, [[], [], [700], [700, 300]]))
    await stripe.refunds.create({ payment_intent: intentId, amount });
  return { mark, orderId, paymentId, intentId } satisfies Bought;
}

async function order({ api }: CrashSite, mark: string) {
  const insist = async <T>(ask: Parameters<typeof askUntilFinal<T>>[0]) =>
    (await askUntilFinal(ask, PATIENCE_MS)).final.body;
  const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
  const terms = { userId: mark, currency: 'usd', items, receiptEmail: `${mark}@example.com` };
  const { id: orderId } = await insist(() => api.createOrder(terms));
  const options = { idempotencyKey: randomUUID() };
  const intent = { orderId, metadata: { mark } };
  const { id: paymentId, stripe } = await insist(() => api.createIntent(intent, options));
  return { orderId, paymentId, intentId: String(stripe.paymentIntentId) };
}

function onlyDeclined(error: unknown): void {
  if (!(error instanceof Stripe.errors.StripeCardError)) throw error;
}
