import { randomUUID } from 'node:crypto';
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
  /**
   * The card of a payment or setup was declined, as Stripe told, whoever had confirmed it. `attemptId` is the charge, or
   * what else names the attempt, which counts once. Never rejects.
   */
  declined(of: Pick<PaymentRow, '_id' | 'userId'>, attemptId: string): Promise<void>;
}

/** In which declines are counted; older ones, that somebody tells of late, are no attempts of now. */
const WINDOW_MS = 600_000;
/** Until another attempt of the same person has ended. */
const UNDER_WAY_SECONDS = 1;

export function createCardAttempts(counters: {
  user: Counter | null;
  address: Counter | null;
}): CardAttempts {
  const underWay = new Map<string, number>();
  const check = async (who: CardHolder, others: number): Promise<void> => {
    await requireFewer(counters.user, subjectOf(who), others);
    await requireFewer(counters.address, who.address, 0);
  };
  return {
    check: (who) => check(who, 0),
    async attempt(who, work) {
      const subject = subjectOf(who) ?? '';
      const others = underWay.get(subject) ?? 0;
      underWay.set(subject, others + 1);
      try {
        await check(who, others);
        return await work();
      } catch (error) {
        const declined = isGuichetError(error) && error.category === 'payment_declined';
        if (declined && who.address !== null) await counters.address?.count(who.address, randomUUID());
        throw error;
      } finally {
        const left = (underWay.get(subject) ?? 1) - 1;
        if (left > 0) underWay.set(subject, left);
        else underWay.delete(subject);
      }
    },
    async declined({ _id, userId }, attemptId) {
      const subject = subjectOf({ userId, paymentId: _id });
      if (subject !== null) await counters.user?.count(subject, attemptId);
    },
  };
}

/**
 * Tells of the cards whose charge failed, as what was decided says. By its charge an attempt is known, and counts once,
 * however often and by whomever Stripe's word of it comes.
 */
export async function tellDeclines(
  rows: WorkingSet,
  { declined, now }: { declined: CardAttempts['declined'] | undefined; now: Date },
): Promise<void> {
  if (declined === undefined) return;
  const told = rows.facts.flatMap(({ row: { paymentId, chargeId, paymentMethod, at } }) => {
    const payment = rows.get('payments', paymentId);
    const ofCard = (paymentMethod?.type ?? 'card') === 'card';
    const isRecent = now.getTime() - at.getTime() < WINDOW_MS;
    return payment && chargeId && ofCard && isRecent ? [declined(payment, chargeId)] : [];
  });
  await Promise.all(told);
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
