import type { CouponRow, PromotionCodeRow } from '../../domain/rows/coupon.js';
import type { Metadata } from '../../domain/rows/shared.js';
import type { CallContext } from '../use-cases.js';

export interface CreateCouponInput {
  name?: string | undefined;
  /** Either a part, */
  percentOff?: number | undefined;
  /** or an amount in minor units of `currency`. */
  amountOff?: number | undefined;
  currency?: string | undefined;
  /** Stripe's ids; none for everything. */
  productIds?: string[] | undefined;
  maxRedemptions?: number | undefined;
  maxRedemptionsPerUser?: number | undefined;
  expiresAt?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface CreatePromotionCodeInput {
  couponId: string;
  /** Letters and digits; one is made when absent. */
  code?: string | undefined;
  maxRedemptions?: number | undefined;
  /** Minor units of `minimumAmountCurrency`. */
  minimumAmount?: number | undefined;
  minimumAmountCurrency?: string | undefined;
  firstOrderOnly?: boolean | undefined;
  expiresAt?: string | undefined;
  metadata?: Metadata | undefined;
}

interface Page {
  limit: number;
  before: string | null;
}

/** A page, and the id before which the next one begins; null on the last. */
export interface PageOf<Row> {
  rows: Row[];
  next: string | null;
}

/** What `/api/coupons` and `/api/promotion-codes` do. */
export interface CouponUseCases {
  /** Throws `amount_step` and the like (422), and what Stripe refuses. */
  createCoupon(input: CreateCouponInput, context: CallContext): Promise<CouponRow>;
  /** Throws `coupon_not_found` (404). */
  getCoupon(id: string): Promise<CouponRow>;
  /** The newest first, ended ones too. */
  listCoupons(page: Page): Promise<PageOf<CouponRow>>;
  /** At once, and for good, whether or not Stripe can be told now; again changes nothing. Throws `coupon_not_found` (404). */
  deactivateCoupon(id: string, context: CallContext): Promise<CouponRow>;
  /** Throws `coupon_not_found` (404), `coupon_not_active` and `promotion_code_taken` (409), and what Stripe refuses. */
  createPromotionCode(input: CreatePromotionCodeInput, context: CallContext): Promise<PromotionCodeRow>;
  /** Throws `promotion_code_not_found` (404). */
  getPromotionCode(id: string): Promise<PromotionCodeRow>;
  listPromotionCodes(page: Page & { couponId: string | null }): Promise<PageOf<PromotionCodeRow>>;
  /** As `deactivateCoupon`. Throws `promotion_code_not_found` (404). */
  deactivatePromotionCode(id: string, context: CallContext): Promise<PromotionCodeRow>;
}
