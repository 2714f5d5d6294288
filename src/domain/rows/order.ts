import type { Metadata, VersionedRow } from './shared.js';

export type OrderStatus = 'pending' | 'paid' | 'cancelling' | 'canceled';
export type OrderFlag = 'amount_mismatch' | 'duplicate_payment';
export type Locale = 'en' | 'fr';

/** How much of what paid for the order was given back. */
export type RefundState = 'none' | 'partial' | 'full';

/** Amounts in minor units of the order's currency. */
export interface OrderItem {
  name: string;
  unitAmount: number;
  quantity: number;
  /** Stripe's ids; null for an item that the caller priced. */
  priceId: string | null;
  productId: string | null;
  /** The price times the quantity. */
  amount: number;
  /** Of the order's discount, what falls on this item. */
  discount: number;
  /** As the caller computed it, on top of the rest; 0 where it was given for the whole order. */
  tax: number;
}

/** What the order's discount comes from; the coupon may be gone or changed by now. */
export interface AppliedCoupon {
  couponId: string;
  /** Null for a coupon that was named itself. */
  promotionCodeId: string | null;
  code: string | null;
}

export interface OrderRow extends VersionedRow {
  userId: string;
  status: OrderStatus;
  currency: string;
  items: OrderItem[];
  subtotal: number;
  discount: number;
  tax: number;
  /** `subtotal - discount + tax`. */
  total: number;
  coupon: AppliedCoupon | null;
  /** Of the payment that paid the order; minor units. Refunds that may still fail are in it. */
  amountRefunded: number;
  refundState: RefundState;
  receiptEmail: string | null;
  locale: Locale;
  metadata: Metadata;
  flags: OrderFlag[];
  /** The payment that paid the order. */
  paymentId: string | null;
  /** Opens the order's checkout page: whoever has it may pay. Read only where it is asked for, never logged. */
  checkoutToken?: string;
  paidAt: Date | null;
}
