import type { Checkout } from '../domain/checkout-state.js';
import type { Scope } from '../domain/rows/api-key.js';
import type { Actor } from '../domain/rows/operation.js';
import type { Locale, OrderRow } from '../domain/rows/order.js';
import type { CancelReason, CaptureMethod, PaymentRow, SetupFutureUsage } from '../domain/rows/payment.js';
import type { RefundReason, RefundRow } from '../domain/rows/refund.js';
import type { Metadata } from '../domain/rows/shared.js';
import type { ApiKeyUseCases } from './access/api-key-use-cases.js';
import type { IdempotencyClaim } from './access/idempotency-keys.js';
import type { CouponUseCases } from './coupons/coupon-use-cases.js';
import type { CustomerUseCases } from './customers/customer-use-cases.js';
import type { EventUseCases } from './events/event-use-cases.js';
import type { PaymentReadingUseCases } from './payments/payment-reading-use-cases.js';
import type { PaymentUseCases } from './payments/payment-use-cases.js';
import type { GapFillUseCases } from './stripe/sync/gap-fill-use-cases.js';

/** What every use case is told of the request that asks for it. */
export interface CallContext {
  requestId: string;
  actor: Actor;
  /** What the caller may do, and so hand on; absent for nothing. */
  scopes?: readonly Scope[];
  /** The claim on the caller's Idempotency-Key; null where the route takes none. */
  idempotency: IdempotencyClaim | null;
  /** Where the person is who asks; absent where a server asks for them. */
  address?: string;
}

/** Either a price of the catalogue, or a name and an amount. */
export interface OrderItemInput {
  priceId?: string | undefined;
  name?: string | undefined;
  /** Minor units. */
  unitAmount?: number | undefined;
  quantity: number;
  /** Minor units. */
  taxAmount?: number | undefined;
}

export interface CreateOrderInput {
  userId: string;
  currency: string;
  items: OrderItemInput[];
  /** Minor units, for the whole order. */
  taxAmount?: number | undefined;
  /** What the customer typed, in any case; */
  promotionCode?: string | undefined;
  /** or a coupon itself. */
  couponId?: string | undefined;
  receiptEmail?: string | undefined;
  locale?: Locale | undefined;
  metadata?: Metadata | undefined;
}

export interface CreatePaymentInput {
  /** Either an order, */
  orderId?: string | undefined;
  /** or an amount in minor units with its currency. */
  amount?: number | undefined;
  currency?: string | undefined;
  captureMethod?: CaptureMethod | undefined;
  /** Saves the payment method with the customer when it has paid. */
  setupFutureUsage?: SetupFutureUsage | undefined;
  userId?: string | undefined;
  customerId?: string | undefined;
  receiptEmail?: string | undefined;
  description?: string | undefined;
  statementDescriptorSuffix?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface ConfirmPaymentInput {
  paymentId: string;
  paymentMethodId: string;
  /** The customer is not there: for a server alone. */
  offSession?: boolean | undefined;
  returnUrl?: string | undefined;
  /** That the customer accepted a mandate for a bank debit, and from where. */
  mandate?: { ipAddress: string; userAgent: string } | undefined;
}

export interface CapturePaymentInput {
  paymentId: string;
  /** Minor units; everything that is authorised when absent. The rest is released. */
  amount?: number | undefined;
}

export interface CancelPaymentInput {
  paymentId: string;
  reason?: CancelReason | undefined;
}

export interface CancelOrderInput {
  orderId: string;
  reason?: CancelReason | undefined;
}

export interface RefundPaymentInput {
  paymentId: string;
  /** Minor units; everything refundable when absent. */
  amount?: number | undefined;
  reason?: RefundReason | undefined;
  metadata?: Metadata | undefined;
}

export interface ListRefundsInput {
  paymentId: string;
  limit: number;
  before: string | null;
}

/** What is in the link to an order's checkout page. */
export interface CheckoutKey {
  orderId: string;
  key: string;
}

/**
 * Everything that the HTTP layer, the command line and an embedding app may ask for. Each throws a
 * `GuichetError` whose category the caller maps to its own protocol.
 */
export interface UseCases
  extends ApiKeyUseCases,
    CouponUseCases,
    CustomerUseCases,
    EventUseCases,
    GapFillUseCases,
    PaymentReadingUseCases,
    PaymentUseCases {
  createOrder(input: CreateOrderInput, context: CallContext): Promise<OrderRow>;
  /** With its `checkoutToken`, as `getOrder`. */
  cancelOrder(input: CancelOrderInput, context: CallContext): Promise<OrderRow>;
  /** With its `checkoutToken`. */
  getOrder(id: string): Promise<OrderRow>;
  /** The payment comes with its client secret. `created` is false for the live payment of an order. */
  createPayment(
    input: CreatePaymentInput,
    context: CallContext,
  ): Promise<{ payment: PaymentRow; created: boolean }>;
  confirmPayment(input: ConfirmPaymentInput, context: CallContext): Promise<PaymentRow>;
  capturePayment(input: CapturePaymentInput, context: CallContext): Promise<PaymentRow>;
  cancelPayment(input: CancelPaymentInput, context: CallContext): Promise<PaymentRow>;
  getPayment(id: string): Promise<PaymentRow>;
  /** Asks Stripe once, applies what it says, and reads the row. */
  refreshPayment(id: string): Promise<PaymentRow>;
  openCheckout(input: CheckoutKey & { refresh: boolean }): Promise<Checkout>;
  /** The payment comes with its client secret, if the order is still to be paid. */
  startCheckout(input: CheckoutKey, context: Pick<CallContext, 'requestId' | 'address'>): Promise<Checkout>;
  refundPayment(input: RefundPaymentInput, context: CallContext): Promise<RefundRow>;
  /** Newest first, without releases. `next` is the id before which the next page begins; null on the last. */
  listRefunds(input: ListRefundsInput): Promise<{ rows: RefundRow[]; next: string | null }>;
}
