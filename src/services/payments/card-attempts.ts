import { isGuichetError, rateLimited } from '../../domain/errors.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { WorkingSet } from '../../domain/working-set.js';
import type { Counter } from '../../redis/limiter.js';

/** Who tries a card. */
export interface CardHolder {
  /** Null where the shop names no user: then each payment counts for itself. */
  userId: string | null;
  paymentId: string | null;
  /** Of the person, where it is known: a server's own address says nothing. */
  address: string | null;
}

/**
 * Against card testing: somebody who tries one stolen card after the other. Only declines count, never a success, a
 * conflict or a refusal of ours.
 */
export interface CardAttempts {
  /** Throws `too_many_declines` (429). For what only leads to an attempt, such as handing out a client secret. */
  check(who: CardHolder): Promise<void>;
  /** Lets an attempt go ahead if its end, and that of those under way, can still be a decline that is allowed. */
  attempt<T>(who: CardHolder, work: () => Promise<T>): Promise<T>;
  /** A payment's card was declined, as Stripe told, whoever had confirmed it. */
  declined(payment: Pick<PaymentRow, '_id' | 'userId'>): void;
}

/** Until another attempt of the same person has ended. */
const UNDER_WAY_SECONDS = 1;

export function createCardAttempts(counters: {
  user: Counter | null;
  address: Counter | null;
}): CardAttempts {
  const underWay = new Map<string, number>();
  const check = async (who: CardHolder): Promise<void> => {
    const subject = subjectOf(who);
    await requireFewer(counters.user, subject, underWay.get(subject ?? '') ?? 0);
    await requireFewer(counters.address, who.address, 0);
  };
  return {
    check,
    async attempt(who, work) {
      await check(who);
      const subject = subjectOf(who) ?? '';
      underWay.set(subject, (underWay.get(subject) ?? 0) + 1);
      try {
        return await work();
      } catch (error) {
        const declined = isGuichetError(error) && error.category === 'payment_declined';
        if (declined && who.address !== null) counters.address?.count(who.address);
        throw error;
      } finally {
        const left = (underWay.get(subject) ?? 1) - 1;
        if (left > 0) underWay.set(subject, left);
        else underWay.delete(subject);
      }
    },
    declined({ _id, userId }) {
      const subject = subjectOf({ userId, paymentId: _id });
      if (subject !== null) counters.user?.count(subject);
    },
  };
}

/**
 * Tells of the cards that were declined by what was decided, once each. The transition tells, so that a decline counts once
 * however often, and by whomever, Stripe's word of it comes.
 */
export function tellDeclines(rows: WorkingSet, declined: CardAttempts['declined'] | undefined): void {
  if (declined === undefined) return;
  for (const { collection, id, after } of rows.audits) {
    if (collection !== 'payments' || after.status !== 'requires_payment_method') continue;
    const payment = after.errorCode == null ? null : rows.get('payments', id);
    if (payment?.lastError?.type === 'card_error') declined(payment);
  }
}

async function requireFewer(counter: Counter | null, key: string | null, underWay: number): Promise<void> {
  if (counter === null || key === null) return;
  const { count, resetSeconds } = await counter.read(key);
  if (count + underWay < counter.limit.points) return;
  const seconds = count < counter.limit.points ? UNDER_WAY_SECONDS : resetSeconds;
  throw rateLimited('too_many_declines', `Too many cards were declined. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  });
}

function subjectOf({ userId, paymentId }: Pick<CardHolder, 'userId' | 'paymentId'>): string | null {
  if (userId !== null) return `user:${userId}`;
  return paymentId === null ? null : `payment:${paymentId}`;
}
