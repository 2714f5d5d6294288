import { insert } from '../../domain/changes.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import { newId } from '../../utils/ids.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { newOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { requireStripe } from '../stripe/require-stripe.js';
import type { CallContext, CreatePaymentInput } from '../use-cases.js';

export interface PaymentTerms {
  input: CreatePaymentInput;
  order: OrderRow | null;
  customer: CustomerRow | null;
  amount: number;
  currency: string;
}

export function newPayment({ platform }: UseCaseDependencies, terms: PaymentTerms, now: Date): PaymentRow {
  const { input, order, customer } = terms;
  return {
    _id: newId('pay'),
    stripeAccountId: platform.stripeAccountId,
    livemode: platform.livemode,
    version: 1,
    audit: null,
    createdAt: now,
    updatedAt: now,
    userId: order?.userId ?? input.userId ?? customer?.userId ?? null,
    orderId: order?._id ?? null,
    customerId: customer?._id ?? null,
    status: 'creating',
    currency: terms.currency,
    amount: terms.amount,
    amountAuthorized: 0,
    amountCapturable: 0,
    amountReceived: 0,
    amountRefunded: 0,
    amountReserved: 0,
    captureMethod: input.captureMethod ?? 'automatic',
    setupFutureUsage: input.setupFutureUsage ?? null,
    captureBefore: null,
    cancellationReason: null,
    description: input.description ?? null,
    statementDescriptorSuffix: input.statementDescriptorSuffix ?? null,
    receiptEmail: input.receiptEmail ?? order?.receiptEmail ?? customer?.email ?? null,
    metadata: input.metadata ?? {},
    lastError: null,
    nextAction: null,
    stripe: {
      customerId: customer?.stripe.customerId ?? null,
      paymentIntentId: null,
      paymentMethodId: null,
      latestChargeId: null,
    },
    clientSecret: null,
    live: true,
    checkout: null,
    receiptResends: [],
    flags: [],
    succeededAt: null,
  };
}

/**
 * The payment's row and the operation that makes its PaymentIntent, to be saved together before Stripe is called. Throws
 * `stripe_unavailable` (503).
 */
export function paymentOpening(
  { platform, receipts, gateway }: UseCaseDependencies,
  payment: PaymentRow,
  { context, token, now }: { context: CallContext; token: string; now: Date },
): { rows: WorkingSet; operation: OperationRow } {
  requireStripe({ gateway });
  const operation = newOperation(
    {
      kind: 'payment.create',
      subject: { collection: 'payments', id: payment._id },
      path: '/v1/payment_intents',
      params: (operationId) => intentParams(payment, { operationId, receipts }),
    },
    { scope: platform, context, token, now },
  );
  const { amount, currency, orderId } = payment;
  const rows = new WorkingSet();
  rows.apply(
    [
      insert('payments', payment),
      insert('operations', operation),
      {
        type: 'audit',
        collection: 'payments',
        id: payment._id,
        action: 'payment.create',
        before: {},
        after: { status: payment.status, amount, currency, orderId },
      },
    ],
    { actor: context.actor, requestId: context.requestId },
    now,
  );
  return { rows, operation };
}

function intentParams(
  payment: PaymentRow,
  { operationId, receipts }: { operationId: string; receipts: UseCaseDependencies['receipts'] },
): Record<string, unknown> {
  const { amount, currency, captureMethod, description, receiptEmail, metadata, stripe } = payment;
  const { statementDescriptorSuffix } = payment;
  return {
    amount,
    currency,
    automatic_payment_methods: { enabled: true },
    ...(captureMethod === 'manual' ? { capture_method: 'manual' } : {}),
    ...(payment.setupFutureUsage ? { setup_future_usage: payment.setupFutureUsage } : {}),
    ...(stripe.customerId ? { customer: stripe.customerId } : {}),
    ...(description ? { description } : {}),
    ...(statementDescriptorSuffix ? { statement_descriptor_suffix: statementDescriptorSuffix } : {}),
    ...(receipts === 'stripe' && receiptEmail ? { receipt_email: receiptEmail } : {}),
    metadata: stripeMetadata(metadata, operationId),
  };
}
