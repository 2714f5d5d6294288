import { attemptsOf } from '../../src/domain/payment-attempts.js';
import type { PaymentAttemptRow } from '../../src/domain/rows/payment-attempt.js';
import type { Purchase } from './purchases.js';
import type { Stack } from './stack.js';

/** What differs with who told, and when, and an order's random token: everything else about a purchase must not. */
const OWN = new Set([
  'failureCode',
  'actor',
  'requestId',
  'hash',
  'prevHash',
  'snapshots',
  'asOf',
  'source',
  'checkoutToken',
]);
const ID = /\b(ord|pay|ref|op|req|pi|ch|re|pm|cus|evt)_[A-Za-z0-9]+(_secret_\w+)?/g;

/**
 * Order, payment, refunds, failed attempts, effects, audit trail and operations of a purchase in a form in which two purchases that went
 * the same way are equal: ids become `pay_1`, times become `time`, and what depends on the source is left out.
 */
export async function stateOf(
  stack: Pick<Stack, 'rows'>,
  { orderId, paymentId }: Purchase,
): Promise<Record<string, unknown>> {
  const { rows } = stack;
  const refunds = await rows('refunds').find({ paymentId }).sort({ _id: 1 }).toArray();
  const subjects = [paymentId, ...refunds.map((refund) => refund._id)];
  const operations = await rows('operations')
    .find({ 'subject.id': { $in: subjects } }, { hint: '_id_' })
    .sort({ _id: 1 })
    .toArray();
  const effects = await rows('outbox_messages')
    .find({ _id: { $gte: `receipt:${paymentId}`, $lt: `receipt:${paymentId}~` } })
    .toArray();
  return normalised({
    order: await rows('orders').findOne({ _id: orderId }),
    payment: await rows('payments').findOne({ _id: paymentId }),
    refunds,
    attempts: attemptsOf(await attemptRows(stack, paymentId)),
    effects: effects.map(({ _id, kind }) => ({ _id, kind })),
    audit: {
      order: await trail(stack, orderId),
      payment: await trail(stack, paymentId),
      refunds: await Promise.all(refunds.map((refund) => trail(stack, refund._id))),
    },
    operations: operations.map(({ kind, status, open, resultId, refusal, dueAt }) => {
      return { kind, status, open, resultId, refusal, due: dueAt !== undefined };
    }),
  });
}

function attemptRows({ rows }: Pick<Stack, 'rows'>, paymentId: string) {
  const range = { $gt: `${paymentId}:`, $lt: `${paymentId};` };
  return rows('payment_attempts').find({ _id: range }).toArray() as Promise<unknown> as Promise<
    PaymentAttemptRow[]
  >;
}

function trail({ rows }: Pick<Stack, 'rows'>, stream: string) {
  return rows('audit_records').find({ stream }).sort({ sequence: 1 }).toArray();
}

function normalised(state: object): Record<string, unknown> {
  const known = new Map<string, string>();
  const count = new Map<string, number>();
  const nameOf = (id: string, prefix: string): string => {
    const name = known.get(id) ?? `${prefix}_${(count.get(prefix) ?? 0) + 1}`;
    if (!known.has(id)) count.set(prefix, (count.get(prefix) ?? 0) + 1);
    known.set(id, name);
    return name;
  };
  const clean = (value: unknown): unknown => {
    if (value instanceof Date) return 'time';
    if (typeof value === 'string') return value.replace(ID, nameOf);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([key]) => !OWN.has(key));
    return Object.fromEntries(
      kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, clean(inner)]),
    );
  };
  return clean(state) as Record<string, unknown>;
}
