import { ulidAt } from '../../src/utils/ids.js';
import { examplePayment } from '../../tests/support/rows.js';
import type { Stack } from '../../tests/support/stack.js';

export interface Shape {
  /** Each with 20 payments. */
  users: string[];
  /** A payment of the largest user with as many before it as after it. */
  middle: string;
  /** A day in UTC, before which lies half of what the largest user's rarest filter finds. */
  since: string;
}

/** One tenth of all payments is this user's. */
export const LARGEST = 'user_largest';

const BATCH = 5000;
const SHARE = 10;
const PER_USER = 20;
/** As many in the small database as in the large one, so that both give the same page: 60 of each kind. */
const RARE = 180;
const RARE_KINDS = [
  { status: 'canceled', currency: 'usd' },
  { status: 'succeeded', currency: 'jpy' },
  { status: 'canceled', currency: 'jpy' },
];
const YEARS_MS = 2 * 365 * 86_400_000;
const START = new Date('2024-01-01T00:00:00.000Z').getTime();

/** Fills a database: two years of payments, in the order of their time, of the largest user and of many with 20 each. */
export async function fillHistory({ rows }: Pick<Stack, 'rows'>, count: number): Promise<Shape> {
  const largest = count / SHARE;
  const users = Array.from({ length: (count - largest) / PER_USER }, (_, index) => `user_${index}`);
  const rareEvery = Math.floor(largest / RARE);
  let [mine, others, middle] = [0, 0, ''];
  let batch: object[] = [];
  const template = examplePayment();
  for (let index = 0; index < count; index += 1) {
    const at = new Date(START + Math.floor((index / count) * YEARS_MS));
    const _id = `pay_${ulidAt(at)}`;
    const isMine = index % SHARE === 0;
    const rare = isMine && mine % rareEvery === 0 ? RARE_KINDS[(mine / rareEvery) % RARE_KINDS.length] : null;
    if (isMine && mine === Math.floor(largest / 2)) middle = _id;
    batch.push({
      ...template,
      _id,
      userId: isMine ? LARGEST : users[others % users.length],
      orderId: `ord_${_id.slice(4)}`,
      status: 'succeeded',
      currency: 'usd',
      ...rare,
      live: rare?.status !== 'canceled',
      amountReceived: template.amount,
      metadata: { basket: `basket ${index}`, channel: 'web' },
      stripe: {
        ...template.stripe,
        paymentIntentId: `pi_${_id.slice(4)}`,
        latestChargeId: `ch_${_id.slice(4)}`,
      },
      createdAt: at,
      updatedAt: at,
    });
    if (isMine) mine += 1;
    else others += 1;
    if (batch.length === BATCH || index === count - 1) {
      await rows('payments').insertMany(batch as never[], { ordered: false });
      batch = [];
    }
  }
  return { users, middle, since: new Date(START + YEARS_MS / 2).toISOString().slice(0, 10) };
}
