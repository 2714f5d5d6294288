import type { ApiKeyRow } from './rows/api-key.js';
import type { CouponRow, PromotionCodeRow, RedemptionRow } from './rows/coupon.js';
import type { CustomerRow } from './rows/customer.js';
import type { Actor, OperationRow } from './rows/operation.js';
import type { OrderRow } from './rows/order.js';
import type { EffectKind, EffectPayloads } from './rows/outbox-message.js';
import type { PaymentRow } from './rows/payment.js';
import type { PaymentAttemptRow } from './rows/payment-attempt.js';
import type { PaymentMethodRow } from './rows/payment-method.js';
import type { RefundRow } from './rows/refund.js';
import type { ReplayRow } from './rows/replay.js';
import type { SetupIntentRow } from './rows/setup-intent.js';

/** The rows that only `commitChanges` writes. */
export interface RowOf {
  orders: OrderRow;
  payments: PaymentRow;
  refunds: RefundRow;
  customers: CustomerRow;
  coupons: CouponRow;
  promotionCodes: PromotionCodeRow;
  redemptions: RedemptionRow;
  paymentMethods: PaymentMethodRow;
  setupIntents: SetupIntentRow;
  operations: OperationRow;
  apiKeys: ApiKeyRow;
  replays: ReplayRow;
}
export type CollectionName = keyof RowOf;
/** Collections whose rows carry the head of an audit stream. */
export type AuditedCollection = Exclude<CollectionName, 'operations'>;

export interface Move<Name extends CollectionName = CollectionName> {
  type: 'move';
  collection: Name;
  id: string;
  set: Partial<RowOf[Name]>;
}

export interface Insert<Name extends CollectionName = CollectionName> {
  type: 'insert';
  collection: Name;
  row: RowOf[Name];
}

/** Something to be sent. Its id is its unique key: the same transition never makes it twice. */
export interface Effect<Kind extends EffectKind = EffectKind> {
  type: 'effect';
  id: string;
  kind: Kind;
  payload: EffectPayloads[Kind];
}

export interface Audit {
  type: 'audit';
  collection: AuditedCollection;
  id: string;
  action: string;
  reason?: string;
  /** Allow-listed fields only: no secrets, no personal data. */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What happened, written once: told again it is the same row, and nothing ever changes it. */
export interface Fact {
  type: 'fact';
  collection: 'paymentAttempts';
  row: PaymentAttemptRow;
}

export type Change =
  | { [Name in CollectionName]: Move<Name> | Insert<Name> }[CollectionName]
  | Effect
  | Audit
  | Fact;

/** Who and what caused a set of changes, for their audit records. */
export interface Cause {
  actor: Actor;
  requestId: string | null;
}

export function move<Name extends CollectionName>(
  collection: Name,
  id: string,
  set: Partial<RowOf[Name]>,
): Move<Name> {
  return { type: 'move', collection, id, set };
}

export function insert<Name extends CollectionName>(collection: Name, row: RowOf[Name]): Insert<Name> {
  return { type: 'insert', collection, row };
}
