import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type Stripe from 'stripe';
import type { ApiAnswer } from './api-client.js';
import { askUntilFinal } from './ask-until-final.js';
import { newMark, type TrappedRequest } from './crash-points.js';
import type { CrashSite } from './crash-site.js';

/** A request that is killed on its way, with all that must hold when it was repeated. */
export interface CrashRequest extends TrappedRequest {
  /** With the same Idempotency-Key each time. */
  ask(): Promise<ApiAnswer<unknown>>;
  /** What a caller does next: nothing may be stuck. */
  goOn(): Promise<void>;
  /** After `goOn`, with every event applied. */
  check(final: ApiAnswer<unknown>): Promise<void>;
}

export interface RequestKind {
  name: string;
  keyed: boolean;
  prepare(site: CrashSite): Promise<CrashRequest>;
}

/** What comes after a crash meets what is still being cleared up: a caller is told to ask again, and does. */
export async function insist<T>(
  ask: (options: { idempotencyKey: string }) => Promise<ApiAnswer<T>>,
): Promise<ApiAnswer<T>> {
  const idempotencyKey = randomUUID();
  return (await askUntilFinal(() => ask({ idempotencyKey }), 20_000)).final;
}

export const TOTAL = 2500;
export const GOOD_CARD = 'pm_card_visa';

interface Purchase {
  mark: string;
  orderId: string;
}

export async function order({ api }: CrashSite): Promise<Purchase> {
  const mark = newMark();
  const body = {
    userId: mark,
    currency: 'usd',
    items: [{ name: 'Lamp', unitAmount: TOTAL, quantity: 1 }],
    receiptEmail: `${mark}@example.com`,
  };
  return { mark, orderId: (await api.createOrder(body)).body.id };
}

export async function intent(
  site: CrashSite,
  terms: Record<string, unknown> = {},
): Promise<Purchase & { paymentId: string; intentId: string }> {
  const purchase = await order(site);
  const { id, stripe } = (await site.api.createIntent({ ...intentBody(purchase), ...terms })).body;
  return { ...purchase, paymentId: id, intentId: String(stripe.paymentIntentId) };
}

export const intentBody = ({ orderId, mark }: Purchase) => ({ orderId, metadata: { mark } });

export function intentsOf({ sandbox }: CrashSite, { mark }: Purchase): Stripe.PaymentIntent[] {
  return sandbox.control.objects('payment_intent').filter((made) => made.metadata.mark === mark);
}

/** One PaymentIntent, one charge that succeeded, a paid order, one payment, one receipt. */
export async function checkPaidOnce(
  site: CrashSite,
  purchase: Purchase,
  { declined }: { declined: number },
): Promise<void> {
  const intents = intentsOf(site, purchase);
  expect(intents, 'PaymentIntents').to.have.length(1);
  const charges = site.sandbox.control
    .objects('charge')
    .filter((charge) => charge.payment_intent === intents[0]?.id);
  const statuses = charges.map((charge) => charge.status);
  expect(statuses, 'charges').to.deep.equal([
    ...Array.from({ length: declined }, () => 'failed'),
    'succeeded',
  ]);
  const payments = await site.all('payments', { orderId: purchase.orderId });
  expect(
    payments.map((row) => row.status),
    'payments',
  ).to.deep.equal(['succeeded']);
  const [row] = await site.all('orders', { _id: purchase.orderId });
  expect(row).to.include({ status: 'paid', paymentId: payments[0]?._id });
  expect(row?.flags, 'flags of the order').to.deep.equal([]);
  const receipts = site.smtp.received.filter((mail) => addressees(mail.to).includes(purchase.mark));
  expect(receipts.length, 'receipts').to.be.at.least(1);
  expect(new Set(receipts.map((mail) => mail.messageId)).size, 'Message-IDs of its receipts').to.equal(1);
}

function addressees(to: unknown): string {
  return JSON.stringify(to ?? '');
}
