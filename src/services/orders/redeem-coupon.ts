import { type Change, insert } from '../../domain/changes.js';
import {
  type CouponInQuestion,
  type CouponProblem,
  couponProblem,
  limitPerUser,
} from '../../domain/coupon-rules.js';
import type { Currency } from '../../domain/currencies.js';
import { conflict, type GuichetError, unprocessable } from '../../domain/errors.js';
import type { CouponRow, PromotionCodeRow, RedemptionRow } from '../../domain/rows/coupon.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { StripeScope } from '../../domain/rows/shared.js';
import type { WorkingSet } from '../../domain/working-set.js';
import type { BoundRepositories, Repositories } from '../../repositories/repositories.js';
import { counted } from '../stripe/families/redemption.js';
import type { CreateOrderInput } from '../use-cases.js';
import type { OrderDraft } from './new-order.js';
import type { NamedItem } from './price-items.js';

/** What the customer typed, or the coupon that a server named. */
export interface ChosenCoupon {
  couponId: string;
  promotionCodeId: string | null;
}

/** A coupon that an order may take, as it was in the transaction that takes it. */
export interface Redeemable {
  coupon: CouponRow;
  promotionCode: PromotionCodeRow | null;
  slot: number | null;
}

/** Finds what was named; null where nothing was. Throws `coupon_unknown` (422). */
export async function chooseCoupon(
  { coupons, promotionCodes }: Pick<Repositories, 'coupons' | 'promotionCodes'>,
  scope: StripeScope,
  { couponId, promotionCode }: CreateOrderInput,
): Promise<ChosenCoupon | null> {
  if (promotionCode !== undefined) {
    const found = await promotionCodes.byCode(scope, promotionCode);
    if (!found) throw refused('coupon_unknown', PATH_OF_CODE);
    return { couponId: found.couponId, promotionCodeId: found._id };
  }
  if (couponId === undefined) return null;
  if (!(await coupons.get(couponId))) throw refused('coupon_unknown', 'couponId');
  return { couponId, promotionCodeId: null };
}

/** Reads the coupon into `rows`, inside the transaction. Throws 422 or 409 with why the order may not take it. */
export async function readRedeemable(
  bound: BoundRepositories,
  rows: WorkingSet,
  asked: { chosen: ChosenCoupon; userId: string; currency: Currency; items: readonly NamedItem[]; now: Date },
): Promise<Redeemable> {
  const { chosen, userId, currency, now } = asked;
  const path = chosen.promotionCodeId === null ? 'couponId' : PATH_OF_CODE;
  const coupon = await bound.coupons.get(chosen.couponId);
  const promotionCode =
    chosen.promotionCodeId === null ? null : await bound.promotionCodes.get(chosen.promotionCodeId);
  if (!coupon) throw refused('coupon_unknown', path);
  const items = asked.items.map((item) => ({ ...item, amount: item.unitAmount * item.quantity }));
  const judge = (question: CouponInQuestion) => {
    const problem = couponProblem(question, { currency, items }, now);
    if (problem) throw refused(problem, path);
  };
  const unused = { coupon, promotionCode, usedByUser: 0, hasPaid: false };
  // Of many who want the last ones, most are refused here, before anything more is read.
  judge(unused);
  const limited = limitPerUser(unused) !== null;
  const taken = limited ? await bound.redemptions.liveOfUser({ couponId: coupon._id, userId }) : [];
  const hasPaid = promotionCode?.firstOrderOnly ? await bound.orders.hasPaid(userId) : false;
  judge({ ...unused, usedByUser: taken.length, hasPaid });
  rows.load('coupons', [coupon]);
  if (promotionCode) rows.load('promotionCodes', [promotionCode]);
  return { coupon, promotionCode, slot: limited ? freeSlot(taken) : null };
}

/** What the order is to say of its coupon. */
export function appliedCoupon({ coupon, promotionCode }: Redeemable): NonNullable<OrderDraft['coupon']> {
  return {
    terms: coupon,
    applied: {
      couponId: coupon._id,
      promotionCodeId: promotionCode?._id ?? null,
      code: promotionCode?.code ?? null,
    },
  };
}

/** Takes the coupon for an order: its redemption, and one less for the others. */
export function redemptionOf(order: OrderRow, { coupon, promotionCode, slot }: Redeemable): Change[] {
  const { _id, stripeAccountId, livemode, createdAt, userId } = order;
  const redemption: RedemptionRow = {
    ...{ _id, stripeAccountId, livemode, version: 1, audit: null, createdAt, updatedAt: createdAt },
    ...{ userId, couponId: coupon._id, promotionCodeId: promotionCode?._id ?? null },
    ...{ status: 'held', live: true },
    ...(slot === null ? {} : { slot }),
  };
  return [
    insert('redemptions', redemption),
    ...counted('coupons', coupon, -1),
    ...(promotionCode ? counted('promotionCodes', promotionCode, -1) : []),
  ];
}

/** Two orders of a user that take the same one meet at a unique index: one of them is decided again. */
function freeSlot(taken: readonly RedemptionRow[]): number {
  const used = new Set(taken.map(({ slot }) => slot));
  let slot = 0;
  while (used.has(slot)) slot += 1;
  return slot;
}

const PATH_OF_CODE = 'promotionCode';

const WHY: Readonly<Record<CouponProblem, string>> = {
  coupon_unknown: 'There is no such code or coupon, or it is no longer given.',
  coupon_expired: 'The coupon has expired.',
  coupon_not_applicable: 'The coupon takes nothing off these items in this currency.',
  coupon_minimum_not_met: 'The items do not come to the least amount that the code asks for.',
  coupon_first_order_only: 'The code is for a first order, and this user has paid one before.',
  coupon_exhausted: 'The coupon was taken as often as it may be. An order that is canceled gives it back.',
  coupon_limit_reached:
    'This user has taken the coupon as often as one may. An order that is canceled gives it back.',
};

const MAY_CHANGE: ReadonlySet<CouponProblem> = new Set([
  ...(['coupon_first_order_only', 'coupon_exhausted', 'coupon_limit_reached'] as const),
]);

function refused(problem: CouponProblem, path: string): GuichetError {
  const message = WHY[problem];
  const errors = [{ path, code: problem, message }];
  return (MAY_CHANGE.has(problem) ? conflict : unprocessable)(problem, message, { errors });
}
