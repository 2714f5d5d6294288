import type { Metadata, VersionedRow } from './shared.js';

export type OrderStatus = 'pending' | 'paid' | 'cancelling' | 'canceled';
export type OrderFlag = 'amount_mismatch' | 'duplicate_payment';
export type Locale = 'en' | 'fr';

export interface OrderItem {
  name: string;
  /** Minor units of the order's currency. */
  unitAmount: number;
  quantity: number;
}

export interface OrderRow extends VersionedRow {
  userId: string;
  status: OrderStatus;
  currency: string;
  items: OrderItem[];
  subtotal: number;
  discount: number;
  total: number;
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
