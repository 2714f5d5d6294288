import type { DiscountTerms } from '../discount.js';
import type { Metadata, VersionedRow } from './shared.js';

/** `inactive`: ended by a person, here or at Stripe. `failed`: Stripe refused it. Neither comes back. */
export type CouponStatus = 'creating' | 'active' | 'inactive' | 'failed';

/** What is taken off, how often, and until when. It is ours; Stripe has a copy. */
export interface CouponRow extends VersionedRow, DiscountTerms {
  status: CouponStatus;
  name: string | null;
  productIds: string[];
  maxRedemptions: number | null;
  /** Counted down by each order that takes it, and up by each that dies; null without a limit. */
  redemptionsLeft: number | null;
  maxRedemptionsPerUser: number | null;
  expiresAt: Date | null;
  metadata: Metadata;
  stripe: { couponId: string | null };
}

/** A word that customers type for a coupon, with limits of its own. */
export interface PromotionCodeRow extends VersionedRow {
  status: CouponStatus;
  couponId: string;
  /** As it was given; customers may type it in any case. */
  code: string;
  /** The same in upper case. */
  codeKey: string;
  maxRedemptions: number | null;
  /** As a coupon's. */
  redemptionsLeft: number | null;
  /** Minor units of `minimumAmountCurrency`: the least subtotal. */
  minimumAmount: number | null;
  minimumAmountCurrency: string | null;
  firstOrderOnly: boolean;
  expiresAt: Date | null;
  metadata: Metadata;
  stripe: { promotionCodeId: string | null };
  /** False once inactive or failed: then the code may be given to another. */
  live: boolean;
}

/** That an order takes a coupon. Its id is the order's: an order takes one. */
export interface RedemptionRow extends VersionedRow {
  userId: string;
  couponId: string;
  promotionCodeId: string | null;
  /** `held` until the order is paid; `released` when it was canceled. */
  status: 'held' | 'used' | 'released';
  /** Held or used. */
  live: boolean;
  /** Which of a user's redemptions it is, from 0, where they are limited: two live ones never have the same. */
  slot?: number;
}
