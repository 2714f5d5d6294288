import type { Stack } from './stack.js';

export interface Purchase {
  orderId: string;
  paymentId: string;
  intentId: string;
}

/** An order of 25.00 USD with its PaymentIntent, not yet confirmed. */
export async function openPurchase(
  { api }: Pick<Stack, 'api'>,
  changes: Record<string, unknown> = {},
  terms: Record<string, unknown> = {},
): Promise<Purchase> {
  const order = await api.createOrder({
    userId: 'user_1',
    currency: 'usd',
    items: [{ name: 'Lamp', unitAmount: 1250, quantity: 2 }],
    receiptEmail: 'ada@example.com',
    ...changes,
  });
  const intent = await api.createIntent({ orderId: order.body.id, ...terms });
  const { id: paymentId, stripe } = intent.body;
  if (!stripe.paymentIntentId) throw new Error(`${paymentId} has no PaymentIntent`);
  return { orderId: order.body.id, paymentId, intentId: stripe.paymentIntentId };
}

/** One that the customer has confirmed at the bank, which only an event tells us. */
export async function authenticatedPurchase(stack: Pick<Stack, 'api' | 'sandbox'>): Promise<Purchase> {
  const purchase = await openPurchase(stack);
  const { paymentId, intentId } = purchase;
  await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_threeDSecure2Required' });
  stack.sandbox.control.complete3ds(intentId, 'approve');
  await stack.sandbox.idle();
  return purchase;
}
