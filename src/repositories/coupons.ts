import type { CouponRow, PromotionCodeRow, RedemptionRow } from '../domain/rows/coupon.js';
import type { StripeScope } from '../domain/rows/shared.js';
import { byId } from './by-id.js';
import { lessThan, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export interface Page {
  limit: number;
  before: string | null;
}

const beforeId = (before: string | null) => (before === null ? {} : { _id: lessThan(before) });

export function couponsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.coupons;
  return {
    ...byId<CouponRow>(stores.coupons, scope),

    newest: ({ stripeAccountId, livemode }: StripeScope, { limit, before }: Page): Promise<CouponRow[]> =>
      model
        .find({ stripeAccountId, livemode, ...beforeId(before) }, null, {
          ...scope.options(),
          ...{ sort: { _id: -1 }, limit },
        })
        .lean<CouponRow[]>()
        .exec(),

    /** Rows of any account and mode: the caller compares. */
    byStripeIds: (ids: readonly string[]): Promise<CouponRow[]> =>
      model
        .find({ 'stripe.couponId': oneOf(ids) }, null, scope.options())
        .lean<CouponRow[]>()
        .exec(),
  };
}

export function promotionCodesRepository(stores: Stores, scope: Scope) {
  const { model } = stores.promotionCodes;
  return {
    ...byId<PromotionCodeRow>(stores.promotionCodes, scope),

    /** The one that customers get by typing it, whatever its case. */
    byCode: ({ stripeAccountId, livemode }: StripeScope, code: string): Promise<PromotionCodeRow | null> =>
      model
        .findOne(
          { stripeAccountId, livemode, codeKey: code.toUpperCase(), live: true },
          null,
          scope.options(),
        )
        .lean<PromotionCodeRow>()
        .exec(),

    newest: (
      { stripeAccountId, livemode }: StripeScope,
      { limit, before, couponId }: Page & { couponId: string | null },
    ): Promise<PromotionCodeRow[]> =>
      model
        .find(
          { stripeAccountId, livemode, ...(couponId === null ? {} : { couponId }), ...beforeId(before) },
          null,
          { ...scope.options(), ...{ sort: { _id: -1 }, limit } },
        )
        .lean<PromotionCodeRow[]>()
        .exec(),

    byStripeIds: (ids: readonly string[]): Promise<PromotionCodeRow[]> =>
      model
        .find({ 'stripe.promotionCodeId': oneOf(ids) }, null, scope.options())
        .lean<PromotionCodeRow[]>()
        .exec(),
  };
}

export function redemptionsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.redemptions;
  return {
    ...byId<RedemptionRow>(stores.redemptions, scope),

    liveOfUser: ({ couponId, userId }: { couponId: string; userId: string }): Promise<RedemptionRow[]> =>
      model.find({ couponId, userId, live: true }, null, scope.options()).lean<RedemptionRow[]>().exec(),
  };
}
