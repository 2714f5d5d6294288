import type { PaymentAttemptRow } from './rows/payment-attempt.js';

/** A try to pay that failed, as all sources together tell it. */
export interface PaymentAttempt
  extends Pick<
    PaymentAttemptRow,
    'chargeId' | 'code' | 'declineCode' | 'failureCode' | 'message' | 'paymentMethod'
  > {
  failedAt: Date;
}

/**
 * The failed attempts of a payment, oldest first, each once: a charge is one attempt, whoever told of it and however
 * often. A failure without a charge (3DS) is one for each event; what a read told of it counts only where no event did,
 * because nothing in a PaymentIntent tells two such failures of one payment method apart.
 */
export function attemptsOf(rows: readonly PaymentAttemptRow[]): PaymentAttempt[] {
  const byEvent = new Set(rows.filter(({ toldBy }) => toldBy !== 'read').map(methodOf));
  const counted = rows.filter((row) => row.toldBy !== 'read' || !byEvent.has(methodOf(row)));
  const groups = new Map<string, PaymentAttemptRow[]>();
  for (const row of counted) groups.set(row.attempt, [...(groups.get(row.attempt) ?? []), row]);
  return [...groups]
    .map(([attempt, told]) => ({ attempt, ...together(told) }))
    .sort((a, b) => a.failedAt.getTime() - b.failedAt.getTime() || (a.attempt < b.attempt ? -1 : 1))
    .map(({ attempt: _, ...merged }) => merged);
}

/** Of an attempt without a charge: which payment method it was made with. */
function methodOf({ attempt }: PaymentAttemptRow): string {
  return attempt.split('@')[0] ?? attempt;
}

/** The PaymentIntent's words before the charge's: they are what the customer was told. */
function together(told: readonly PaymentAttemptRow[]): PaymentAttempt {
  const ordered = [...told].sort((a, b) => RANK[a.toldBy] - RANK[b.toldBy]);
  const first = <Field extends keyof PaymentAttemptRow>(field: Field) =>
    ordered.find((row) => row[field] !== null)?.[field] ?? null;
  return {
    chargeId: first('chargeId'),
    code: first('code'),
    declineCode: first('declineCode'),
    failureCode: first('failureCode'),
    message: first('message'),
    paymentMethod: first('paymentMethod'),
    failedAt: new Date(Math.min(...told.map(({ at }) => at.getTime()))),
  };
}

const RANK = { payment_intent: 0, read: 1, charge: 2 } as const;
