import type { CouponRow, PromotionCodeRow } from '../../src/domain/rows/coupon.js';
import type { CustomerRow } from '../../src/domain/rows/customer.js';
import type { IdempotencyKeyRow } from '../../src/domain/rows/idempotency-key.js';
import type { OperationRow } from '../../src/domain/rows/operation.js';
import type { OrderRow } from '../../src/domain/rows/order.js';
import type { PaymentRow } from '../../src/domain/rows/payment.js';
import type { PaymentMethodRow } from '../../src/domain/rows/payment-method.js';
import type { RefundRow } from '../../src/domain/rows/refund.js';
import type { SetupIntentRow } from '../../src/domain/rows/setup-intent.js';
import type { VersionedRow } from '../../src/domain/rows/shared.js';
import type { StripeObjectRow } from '../../src/domain/rows/stripe-object.js';
import type { WebhookEventRow } from '../../src/domain/rows/webhook-event.js';
import { newId } from '../../src/utils/ids.js';

const AT = new Date('2025-01-15T12:00:00.000Z');

/** Typed by the row, so that no example lacks what the row has. */
function versioned(): Omit<VersionedRow, '_id'> {
  return {
    stripeAccountId: 'acct_1',
    livemode: false,
    version: 1,
    audit: null,
    createdAt: AT,
    updatedAt: AT,
  };
}

export function exampleCustomer(changes: Partial<CustomerRow> = {}): CustomerRow {
  return {
    ...versioned(),
    _id: newId('cus'),
    userId: 'user_1',
    status: 'active',
    email: 'ada@example.com',
    name: null,
    metadata: {},
    defaultPaymentMethodId: null,
    stripe: { customerId: 'cus_Stripe1' },
    deleted: false,
    ...changes,
  };
}

export function exampleCoupon(changes: Partial<CouponRow> = {}): CouponRow {
  return {
    ...versioned(),
    _id: newId('cpn'),
    status: 'active',
    name: null,
    percentOff: 20,
    amountOff: null,
    currency: null,
    productIds: [],
    maxRedemptions: null,
    redemptionsLeft: null,
    maxRedemptionsPerUser: null,
    expiresAt: null,
    metadata: {},
    stripe: { couponId: 'coupon_Stripe1' },
    ...changes,
  };
}

export function examplePromotionCode(changes: Partial<PromotionCodeRow> = {}): PromotionCodeRow {
  return {
    ...versioned(),
    _id: newId('prm'),
    status: 'active',
    couponId: newId('cpn'),
    code: 'Summer20',
    codeKey: 'SUMMER20',
    maxRedemptions: null,
    redemptionsLeft: null,
    minimumAmount: null,
    minimumAmountCurrency: null,
    firstOrderOnly: false,
    expiresAt: null,
    metadata: {},
    stripe: { promotionCodeId: 'promo_Stripe1' },
    live: true,
    ...changes,
  };
}

export function examplePaymentMethod(changes: Partial<PaymentMethodRow> = {}): PaymentMethodRow {
  return {
    ...versioned(),
    _id: 'acct_1:test:pm_1',
    customerId: newId('cus'),
    type: 'card',
    attached: true,
    position: '001736942400:pm_1',
    details: { brand: 'visa', last4: '4242', expMonth: 12, expYear: 2034 },
    stripe: { paymentMethodId: 'pm_1' },
    ...changes,
  };
}

export function exampleSetupIntent(changes: Partial<SetupIntentRow> = {}): SetupIntentRow {
  return {
    ...versioned(),
    _id: newId('set'),
    userId: 'user_1',
    customerId: newId('cus'),
    status: 'requires_payment_method',
    lastError: null,
    nextAction: null,
    stripe: { customerId: 'cus_Stripe1', setupIntentId: 'seti_1', paymentMethodId: null },
    clientSecret: null,
    ...changes,
  };
}

export function exampleOrder(changes: Partial<OrderRow> = {}): OrderRow {
  return {
    ...versioned(),
    _id: newId('ord'),
    userId: 'user_1',
    status: 'pending',
    currency: 'usd',
    items: [
      {
        ...{ name: 'Notebook', unitAmount: 2500, quantity: 1, priceId: null, productId: null },
        ...{ amount: 2500, discount: 0, tax: 0 },
      },
    ],
    subtotal: 2500,
    discount: 0,
    tax: 0,
    total: 2500,
    coupon: null,
    amountRefunded: 0,
    refundState: 'none',
    receiptEmail: null,
    locale: 'en',
    metadata: {},
    flags: [],
    paymentId: null,
    paidAt: null,
    ...changes,
  };
}

export function examplePayment(changes: Partial<PaymentRow> = {}): PaymentRow {
  return {
    ...versioned(),
    _id: newId('pay'),
    userId: null,
    orderId: null,
    customerId: null,
    status: 'requires_payment_method',
    currency: 'usd',
    amount: 2500,
    amountAuthorized: 0,
    amountCapturable: 0,
    amountReceived: 0,
    amountRefunded: 0,
    amountReserved: 0,
    captureMethod: 'automatic',
    setupFutureUsage: null,
    captureBefore: null,
    cancellationReason: null,
    description: null,
    statementDescriptorSuffix: null,
    receiptEmail: null,
    metadata: {},
    lastError: null,
    nextAction: null,
    stripe: {
      customerId: null,
      paymentIntentId: 'pi_1',
      paymentMethodId: null,
      latestChargeId: null,
    },
    clientSecret: 'pi_1_secret_abc',
    live: true,
    checkout: null,
    receiptResends: [],
    flags: [],
    succeededAt: null,
    ...changes,
  };
}

export function exampleRefund(changes: Partial<RefundRow> = {}): RefundRow {
  return {
    ...versioned(),
    _id: newId('ref'),
    paymentId: newId('pay'),
    orderId: null,
    status: 'succeeded',
    amount: 2500,
    currency: 'usd',
    reason: null,
    metadata: {},
    failureReason: null,
    isRelease: false,
    origin: 'guichet',
    stripe: { refundId: 're_1', chargeId: 'ch_1', paymentIntentId: 'pi_1' },
    ...changes,
  };
}

export function exampleOperation(changes: Partial<OperationRow> = {}): OperationRow {
  const _id = newId('op');
  return {
    _id,
    stripeAccountId: 'acct_1',
    livemode: false,
    kind: 'payment.create',
    subject: { collection: 'payments', id: newId('pay') },
    laneKey: 'pi_1',
    apiVersion: '2024-12-18.acacia',
    method: 'POST',
    path: '/v1/payment_intents',
    params: '{}',
    stripeKey: `guichet:payment.create:${_id}:1`,
    attempt: 1,
    status: 'open',
    version: 1,
    open: true,
    firstSentAt: AT,
    unanswered: false,
    before: null,
    resultId: null,
    refusal: null,
    lease: null,
    dueAt: AT,
    requestId: 'req_1',
    actor: { type: 'api_key', id: 'key_1' },
    createdAt: AT,
    updatedAt: AT,
    settledAt: null,
    ...changes,
  };
}

export function exampleStripeObject(changes: Partial<StripeObjectRow> = {}): StripeObjectRow {
  const stripeId = `pi_${newId('op').slice(3)}`;
  return {
    _id: `acct_1:test:${stripeId}`,
    stripeAccountId: 'acct_1',
    livemode: false,
    object: 'payment_intent',
    stripeId,
    created: AT,
    asOf: AT,
    spanMs: 0,
    version: 1,
    rank: 1,
    watched: '[]',
    source: 'event',
    deleted: false,
    deletedAt: null,
    data: { id: stripeId, metadata: { 'a.b': 'dotted', $set: 'operator' } },
    ...changes,
  };
}

export function exampleInboxRow(changes: Partial<WebhookEventRow> = {}): WebhookEventRow {
  return {
    _id: newId('evt'),
    stripeAccountId: 'acct_1',
    livemode: false,
    type: 'payment_intent.created',
    objectId: 'pi_1',
    laneKey: 'pi_1',
    lane: 7,
    apiVersion: '2024-12-18.acacia',
    created: AT,
    requestKey: null,
    origin: 'webhook',
    bytes: 2,
    body: '{}',
    status: 'pending',
    decision: null,
    reason: null,
    attempts: 0,
    dueAt: AT,
    error: null,
    receivedAt: AT,
    appliedAt: null,
    bodyUntil: AT,
    expireAt: new Date(AT.getTime() + 90 * 86_400_000),
    ...changes,
  };
}

export function exampleIdempotencyKey(changes: Partial<IdempotencyKeyRow> = {}): IdempotencyKeyRow {
  return {
    _id: newId('key'),
    caller: 'key_1',
    route: 'POST /api/payments/refund',
    requestHash: 'h',
    status: 'started',
    lease: null,
    operationId: null,
    answer: null,
    createdAt: AT,
    finishedAt: null,
    ...changes,
  };
}
