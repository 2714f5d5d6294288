import type Stripe from 'stripe';
import { type Change, move } from '../../../domain/changes.js';
import type { CouponRow } from '../../../domain/rows/coupon.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, type Needs, operationIdOf, type SnapshotOf } from './family.js';

type Coupon = Stripe.Coupon | Stripe.DeletedCoupon;

/** Coupons are ours: of Stripe's copy it matters that it is there. Counts and validity are kept here. */
export const couponFamily = defineFamily<Coupon>({
  object: 'coupon',
  events: ['coupon.created', 'coupon.updated', 'coupon.deleted'],
  deletable: true,
  retrievePath: (id) => `/v1/coupons/${encodeURIComponent(id)}`,
  laneKey: (coupon) => coupon.id,
  watched: (coupon) => (coupon.deleted ? ['deleted'] : [coupon.name, coupon.valid, coupon.metadata]),
  rank: (_coupon, first) => (first ? 0 : 1),
  needs,
  decide,
});

function needs({ object }: SnapshotOf<Coupon>, rows: WorkingSet): Needs {
  const operation = rows.get('operations', operationIdOf(object));
  return {
    couponsOfStripe: [object.id],
    coupons: operation?.subject.collection === 'coupons' ? [operation.subject.id] : [],
  };
}

function couponOf(
  { object, stripeAccountId, livemode }: SnapshotOf<Coupon>,
  rows: WorkingSet,
): CouponRow | null {
  const attached = rows.find(
    'coupons',
    (row) =>
      row.stripe.couponId === object.id &&
      row.stripeAccountId === stripeAccountId &&
      row.livemode === livemode,
  );
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made = operation?.kind === 'coupon.create' ? rows.get('coupons', operation.subject.id) : null;
  return made?.stripe.couponId === null ? made : null;
}

/** One that was given up and turned up after all stays as it was: its maker was told to make another. */
function decide(snapshot: SnapshotOf<Coupon>, rows: WorkingSet): Change[] {
  const coupon = couponOf(snapshot, rows);
  if (!coupon) return [];
  const { deleted, object } = snapshot;
  const ended = deleted ? 'inactive' : 'active';
  const status =
    coupon.status === 'creating' || (deleted && coupon.status === 'active') ? ended : coupon.status;
  if (coupon.status === status && coupon.stripe.couponId === object.id) return [];
  return [
    move('coupons', coupon._id, { status, stripe: { couponId: object.id } }),
    {
      type: 'audit',
      collection: 'coupons',
      id: coupon._id,
      action: `coupon.${status}`,
      before: { status: coupon.status },
      after: { status, stripeCouponId: object.id },
    },
  ];
}
