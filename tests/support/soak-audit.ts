import { canonicalJson } from '../../src/domain/audit-chain.js';
import { familyOfObject } from '../../src/services/stripe/families/registry.js';
import type { CrashSite } from './crash-site.js';
import type { Bought } from './soak-purchases.js';

export interface Verdict {
  /** Events of Stripe that the inbox does not have, or has not finished; orders that have no receipt. */
  lost: string[];
  /** Whatever happened more than once. */
  doubled: string[];
  /** What we hold, where Stripe holds something else. */
  wrong: string[];
  brokenAudits: string[];
}

const KINDS = ['payment_intent', 'charge', 'refund'] as const;

/** Holds everything that we have against everything that Stripe has. */
export async function auditSoak(site: CrashSite, bought: readonly Bought[]): Promise<Verdict> {
  const verdict: Verdict = { lost: [], doubled: [], wrong: [], brokenAudits: await site.brokenAudits() };
  await auditEvents(site, verdict);
  await auditMirror(site, verdict);
  await auditPayments(site, bought, verdict);
  await auditEffects(site, bought, verdict);
  return verdict;
}

async function auditEvents(site: CrashSite, { lost }: Verdict): Promise<void> {
  const stored = new Map((await site.all('webhook_events')).map((row) => [row._id, row.status]));
  for (const { id, type } of site.sandbox.control.events()) {
    const status = stored.get(id) ?? 'missing';
    if (status !== 'applied' && status !== 'ignored') lost.push(`${type} ${id}: ${status}`);
  }
}

async function auditMirror(site: CrashSite, { wrong }: Verdict): Promise<void> {
  const held = new Map((await site.all('stripe_objects')).map((row) => [row.stripeId, row.watched]));
  for (const kind of KINDS) {
    for (const object of site.sandbox.control.objects(kind)) {
      const watched = canonicalJson(familyOfObject(kind)?.watched(object as never));
      if (held.get(object.id) !== watched) wrong.push(`${object.id}: ${held.get(object.id)} is ${watched}`);
    }
  }
}

const byKey = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

async function auditPayments(
  site: CrashSite,
  bought: readonly Bought[],
  { wrong, doubled }: Verdict,
): Promise<void> {
  const { control } = site.sandbox;
  const payments = new Map((await site.all('payments')).map((row) => [row._id, row]));
  const orders = new Map((await site.all('orders')).map((row) => [row._id, row]));
  const intents = byKey(control.objects('payment_intent'), ({ metadata }) => String(metadata.mark));
  const charges = byKey(control.objects('charge'), ({ payment_intent }) => String(payment_intent));
  const refunds = byKey(control.objects('refund'), ({ payment_intent }) => String(payment_intent));
  for (const { mark, orderId, paymentId, intentId } of bought) {
    const good = (charges.get(intentId) ?? []).filter(({ status }) => status === 'succeeded');
    if (intents.get(mark)?.length !== 1) doubled.push(`${mark}: ${intents.get(mark)?.length} PaymentIntents`);
    if (good.length !== 1) doubled.push(`${mark}: ${good.length} charges`);
    const refunded = (refunds.get(intentId) ?? []).reduce((sum, { amount }) => sum + amount, 0);
    const [intent] = intents.get(mark) ?? [];
    const payment = payments.get(paymentId);
    const order = orders.get(orderId);
    const ours = [payment?.status, payment?.amountReceived, payment?.amountRefunded, payment?.amountReserved];
    const theirs = [intent?.status, intent?.amount_received, refunded, 0];
    if (String(ours) !== String(theirs)) wrong.push(`${paymentId}: ${ours} is ${theirs}`);
    if (order?.status !== 'paid' || order.paymentId !== paymentId || order.flags.length > 0)
      wrong.push(`${orderId}: ${order?.status} ${order?.flags}`);
  }
}

/** One receipt and one record of a transition each; a mail that is sent again has the same Message-ID. */
async function auditEffects(
  site: CrashSite,
  bought: readonly Bought[],
  { doubled, lost }: Verdict,
): Promise<void> {
  const effects = new Set((await site.all('outbox_messages')).map((row) => row._id));
  const records = byKey(await site.all('audit_records'), ({ stream, action }) => `${stream} ${action}`);
  const mails = byKey(site.smtp.received, ({ to }) => JSON.stringify(to).match(/shopper-\d+/)?.[0] ?? '');
  for (const { mark, orderId, paymentId } of bought) {
    if (!effects.has(`receipt:${paymentId}:0`)) lost.push(`receipt of ${paymentId}`);
    if (effects.has(`receipt:${paymentId}:1`)) doubled.push(`receipt of ${paymentId}`);
    const once = {
      [`mails to ${mark}`]: new Set(mails.get(mark)?.map(({ messageId }) => messageId)).size,
      [`${paymentId} payment.succeeded`]: records.get(`${paymentId} payment.succeeded`)?.length ?? 0,
      [`${orderId} order.paid`]: records.get(`${orderId} order.paid`)?.length ?? 0,
    };
    for (const [what, count] of Object.entries(once)) {
      if (count === 0) lost.push(what);
      if (count > 1) doubled.push(`${what}: ${count}`);
    }
  }
}
