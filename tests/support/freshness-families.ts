import { pick, type Random } from './seeded-random.js';

/** One version of a Stripe object in the model: `at` is the true time of the change, in seconds. */
export interface ModelVersion {
  at: number;
  watched: string;
  rank: number;
  deleted: boolean;
  created: number;
  /** Whether an API call of ours made this version, so that an answer exists beside the event. */
  ours: boolean;
}

export interface ModelFamily {
  name: string;
  /** What follows a version; null at the end of the object's life. */
  next(random: Random, last: ModelVersion, at: number): Omit<ModelVersion, 'at' | 'ours'> | null;
}

const PAYMENT_PATHS: Record<string, readonly string[]> = {
  requires_payment_method: ['requires_action', 'processing', 'requires_capture', 'succeeded', 'canceled'],
  requires_action: ['requires_payment_method', 'processing', 'requires_capture', 'succeeded', 'canceled'],
  processing: ['requires_payment_method', 'succeeded', 'canceled'],
  requires_capture: ['succeeded', 'canceled'],
};

function paymentRank(status: string): number {
  if (status === 'succeeded' || status === 'canceled') return 3;
  return status === 'requires_capture' ? 2 : 1;
}

const paymentIntent: ModelFamily = {
  name: 'payment intent',
  next(random, last, at) {
    const [status = '', error = '0'] = last.watched.split('/');
    const paths = PAYMENT_PATHS[status || 'none'] ?? (status === '' ? ['requires_payment_method'] : []);
    if (paths.length === 0) return null;
    const to = pick(random, paths);
    const lastError = status !== '' && to === 'requires_payment_method' ? String(at) : error;
    return { watched: `${to}/${lastError}`, rank: paymentRank(to), deleted: false, created: 0 };
  },
};

/** Values that return to what they were (cancel at period end, then resume), until it is canceled for good. */
const subscription: ModelFamily = {
  name: 'subscription',
  next(random, last) {
    if (last.watched === 'canceled') return null;
    const chance = random();
    if (last.watched !== '' && chance < 0.1) {
      return { watched: 'canceled', rank: 3, deleted: false, created: 0 };
    }
    const [cancelAtEnd = '0', paused = '0'] = (last.watched || '0/0').split('/');
    const flip = (bit: string) => (bit === '0' ? '1' : '0');
    const watched = chance < 0.7 ? `${flip(cancelAtEnd)}/${paused}` : `${cancelAtEnd}/${flip(paused)}`;
    return { watched: last.watched === '' ? '0/0' : watched, rank: 1, deleted: false, created: 0 };
  },
};

/** The balance transaction comes once; `amount_refunded` falls again when a refund fails. */
const charge: ModelFamily = {
  name: 'charge',
  next(random, last) {
    const [balance = '', refunded = '0'] = last.watched.split('/');
    if (last.watched === '') return { watched: 'none/0', rank: 1, deleted: false, created: 0 };
    if (balance === 'none' && random() < 0.6) {
      return { watched: `txn/${refunded}`, rank: 2, deleted: false, created: 0 };
    }
    const amount = Number(refunded) > 0 && random() < 0.25 ? Number(refunded) - 1 : Number(refunded) + 1;
    return { watched: `${balance}/${amount}`, rank: last.rank, deleted: false, created: 0 };
  },
};

/** Its id can be deleted and created again. */
const coupon: ModelFamily = {
  name: 'coupon',
  next(random, last, at) {
    if (last.watched === '' || last.deleted) {
      return {
        watched: `name ${Math.floor(random() * 2)}`,
        rank: 0,
        deleted: false,
        created: Math.floor(at),
      };
    }
    if (random() < 0.4) return { watched: 'deleted', rank: 1, deleted: true, created: last.created };
    const watched = last.watched === 'name 0' ? 'name 1' : 'name 0';
    return { watched, rank: 1, deleted: false, created: last.created };
  },
};

export const families = { paymentIntent, subscription, charge, coupon };

const GAPS: readonly ((random: Random) => number)[] = [
  (random) => 0.05 + random() * 0.4,
  (random) => 0.3 + random() * 1.5,
  (random) => 1 + random() * 4,
  (random) => 6 + random() * 20,
];

/** A life of two to seven versions with gaps from 50 ms to 26 s. */
export function randomHistory(random: Random, family: ModelFamily): ModelVersion[] {
  const versions: ModelVersion[] = [];
  let last: ModelVersion = { at: 0, watched: '', rank: 0, deleted: false, created: 0, ours: false };
  let at = 10 + random();
  const count = 2 + Math.floor(random() * 6);
  for (let index = 0; index < count; index += 1) {
    const next = family.next(random, last, at);
    if (next === null) break;
    last = { ...next, at, ours: random() < (index === 0 ? 0.85 : 0.5) };
    versions.push(last);
    at += pick(random, GAPS)(random);
  }
  return versions;
}
