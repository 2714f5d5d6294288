import type { Collection, Document, Filter } from 'mongodb';
import type { Lease } from '../domain/rows/shared.js';

/** Long enough for three missed renewals, short enough that a killed process is followed within 20 s. */
export const LEASE_MS = 10_000;
export const RENEW_EVERY_MS = 3_000;

interface Leased extends Document {
  _id: string;
  lease: Lease | null;
}

const until = { $add: ['$$NOW', LEASE_MS] };
/** The server's clock decides, so that processes whose clocks differ agree. */
export const leaseIsFree = {
  $expr: { $or: [{ $eq: [{ $ifNull: ['$lease', null] }, null] }, { $lt: ['$lease.until', '$$NOW'] }] },
};

type Place = 'queue' | 'row';
/** A queue's `dueAt` follows the end of the lease: a row whose holder died becomes due by itself. */
const dueAtEnd = (place: Place) => (place === 'queue' ? { dueAt: until } : {});
/** The fields of a lease that begins now, for an update pipeline. */
export const newLease = (token: string) => ({ lease: { token, until } });

/** The row with its new lease, or null when somebody else holds it or it no longer fits `filter`. */
export async function takeLease<Row extends Leased>(
  collection: Collection<Row>,
  filter: Filter<Row>,
  { token, place }: { token: string; place: Place },
): Promise<Row | null> {
  const row = await collection.findOneAndUpdate(
    { ...filter, ...leaseIsFree },
    [{ $set: { ...newLease(token), ...dueAtEnd(place) } }],
    { returnDocument: 'after' },
  );
  return row as Row | null;
}

/** `mine` names the row and the token. False when the lease was lost. */
export async function renewLease<Row extends Leased>(
  collection: Collection<Row>,
  mine: Filter<Row>,
  place: Place,
): Promise<boolean> {
  const result = await collection.updateMany(mine, [{ $set: { 'lease.until': until, ...dueAtEnd(place) } }]);
  return result.matchedCount > 0;
}

export interface HeldLease {
  /** True once a renewal found that somebody else had taken it. */
  readonly lost: boolean;
  stop(): void;
}

/** Renews until stopped. A renewal that fails is tried again at the next beat: three fit in a lease. */
export function keepRenewing(renew: () => Promise<boolean>): HeldLease {
  let lost = false;
  const timer = setInterval(() => {
    renew().then(
      (held) => {
        if (!held) lost = true;
      },
      () => undefined,
    );
  }, RENEW_EVERY_MS);
  timer.unref();
  return {
    get lost() {
      return lost;
    },
    stop: () => clearInterval(timer),
  };
}
