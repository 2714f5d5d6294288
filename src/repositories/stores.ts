import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import type { Model, Schema } from 'mongoose';
import type { Database } from '../db/connect.js';
import type { ApiKeyRow } from '../domain/rows/api-key.js';
import type { AuditRecordRow } from '../domain/rows/audit-record.js';
import type { CouponRow, PromotionCodeRow, RedemptionRow } from '../domain/rows/coupon.js';
import type { CustomerRow } from '../domain/rows/customer.js';
import type { IdempotencyKeyRow } from '../domain/rows/idempotency-key.js';
import type { LockRow } from '../domain/rows/lock.js';
import type { OperationRow } from '../domain/rows/operation.js';
import type { OrderRow } from '../domain/rows/order.js';
import type { OutboxMessageRow } from '../domain/rows/outbox-message.js';
import type { PaymentRow } from '../domain/rows/payment.js';
import type { PaymentAttemptRow } from '../domain/rows/payment-attempt.js';
import type { PaymentMethodRow } from '../domain/rows/payment-method.js';
import type { RefundRow } from '../domain/rows/refund.js';
import type { ReplayRow } from '../domain/rows/replay.js';
import type { SetupIntentRow } from '../domain/rows/setup-intent.js';
import type { SnapshotDecisionRow } from '../domain/rows/snapshot-note.js';
import type { StripeObjectRow } from '../domain/rows/stripe-object.js';
import type { SyncCursorRow } from '../domain/rows/sync-cursor.js';
import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import { apiKeySchema } from '../models/ApiKey.js';
import { auditRecordSchema } from '../models/AuditRecord.js';
import { couponSchema } from '../models/Coupon.js';
import { customerSchema } from '../models/Customer.js';
import { idempotencyKeySchema } from '../models/IdempotencyKey.js';
import { lockSchema } from '../models/Lock.js';
import { operationSchema } from '../models/Operation.js';
import { orderSchema } from '../models/Order.js';
import { outboxMessageSchema } from '../models/OutboxMessage.js';
import { paymentSchema } from '../models/Payment.js';
import { paymentAttemptSchema } from '../models/PaymentAttempt.js';
import { paymentMethodSchema } from '../models/PaymentMethod.js';
import { promotionCodeSchema } from '../models/PromotionCode.js';
import { redemptionSchema } from '../models/Redemption.js';
import { refundSchema } from '../models/Refund.js';
import { replaySchema } from '../models/Replay.js';
import { setupIntentSchema } from '../models/SetupIntent.js';
import { snapshotDecisionSchema } from '../models/SnapshotDecision.js';
import { stripeObjectSchema } from '../models/StripeObject.js';
import { syncCursorSchema } from '../models/SyncCursor.js';
import { webhookEventSchema } from '../models/WebhookEvent.js';

/**
 * One collection, two faces: the Mongoose model for the API's reads and single writes, and the driver's collection
 * for the inbox, the mirror and batches (Mongoose costs half as much again there, and drops rows that fail casting
 * in an unordered write).
 */
export interface Store<Row extends Document> {
  model: Model<Row>;
  raw: Collection<Row>;
  /** The same collection for writes that are composed field by field. */
  batch: BatchCollection;
}

interface AnyRow extends Document {
  _id: string;
}
export type BatchCollection = Collection<AnyRow>;
export type BatchWrite = AnyBulkWriteOperation<AnyRow>;

export interface Stores {
  orders: Store<OrderRow>;
  payments: Store<PaymentRow>;
  paymentAttempts: Store<PaymentAttemptRow>;
  refunds: Store<RefundRow>;
  customers: Store<CustomerRow>;
  coupons: Store<CouponRow>;
  promotionCodes: Store<PromotionCodeRow>;
  redemptions: Store<RedemptionRow>;
  paymentMethods: Store<PaymentMethodRow>;
  setupIntents: Store<SetupIntentRow>;
  operations: Store<OperationRow>;
  webhookEvents: Store<WebhookEventRow>;
  stripeObjects: Store<StripeObjectRow>;
  snapshotDecisions: Store<SnapshotDecisionRow>;
  outboxMessages: Store<OutboxMessageRow>;
  idempotencyKeys: Store<IdempotencyKeyRow>;
  auditRecords: Store<AuditRecordRow>;
  apiKeys: Store<ApiKeyRow>;
  replays: Store<ReplayRow>;
  locks: Store<LockRow>;
  syncCursors: Store<SyncCursorRow>;
}

export function openStores(database: Database): Stores {
  const db = database.client.db(database.settings.dbName);
  const open = <Row extends Document>(name: string, schema: Schema<Row>): Store<Row> => {
    const collection = `${database.settings.collectionPrefix}${name}`;
    return {
      model: database.connection.model<Row>(name, schema, collection),
      raw: db.collection<Row>(collection),
      batch: db.collection<AnyRow>(collection),
    };
  };
  return {
    orders: open('orders', orderSchema),
    payments: open('payments', paymentSchema),
    paymentAttempts: open('payment_attempts', paymentAttemptSchema),
    refunds: open('refunds', refundSchema),
    customers: open('customers', customerSchema),
    coupons: open('coupons', couponSchema),
    promotionCodes: open('promotion_codes', promotionCodeSchema),
    redemptions: open('redemptions', redemptionSchema),
    paymentMethods: open('payment_methods', paymentMethodSchema),
    setupIntents: open('setup_intents', setupIntentSchema),
    operations: open('operations', operationSchema),
    webhookEvents: open('webhook_events', webhookEventSchema),
    stripeObjects: open('stripe_objects', stripeObjectSchema),
    snapshotDecisions: open('snapshot_decisions', snapshotDecisionSchema),
    outboxMessages: open('outbox_messages', outboxMessageSchema),
    idempotencyKeys: open('idempotency_keys', idempotencyKeySchema),
    auditRecords: open('audit_records', auditRecordSchema),
    apiKeys: open('api_keys', apiKeySchema),
    replays: open('replays', replaySchema),
    locks: open('locks', lockSchema),
    syncCursors: open('sync_cursors', syncCursorSchema),
  };
}
