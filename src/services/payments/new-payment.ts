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

interface Opening {
  context: CallContext;
  token: string;
  now: Date;
}

/**
 * The payment's row and the operation that makes its PaymentIntent, to be saved together before Stripe is called. Throws
 * `stripe_unavailable` (503).
 */
export function paymentOpening(
  dependencies: UseCaseDependencies,
  payment: PaymentRow,
  opening: Opening,
): { rows: WorkingSet; operation: OperationRow } {
  requireStripe(dependencies);
  const { platform, receipts } = dependencies;
  const operation = newOperation(
    {
      kind: 'payment.create',
      subject: { collection: 'payments', id: payment._id },
      path: '/v1/payment_intents',
      params: (operationId) => intentParams(payment, { operationId, receipts }),
    },
    { scope: platform, ...opening },
  );
  return { rows: openedRows(payment, operation, opening), operation };
}

/** What is saved when a payment is opened, whatever makes it at Stripe. */
export function openedRows(
  payment: PaymentRow,
  operation: OperationRow,
  { context, now }: Opening,
): WorkingSet {
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
  return rows;
}

function intentParams(
  payment: PaymentRow,
  { operationId, receipts }: { operationId: string; receipts: UseCaseDependencies['receipts'] },
): Record<string, unknown> {
  const { amount, currency, stripe } = payment;
  return {
    amount,
    currency,
    automatic_payment_methods: { enabled: true },
    ...(stripe.customerId ? { customer: stripe.customerId } : {}),
    ...commonParams(payment, { operationId, receipts }),
  };
}

/** What a PaymentIntent is given, whether we make it or a Checkout Session does. */
export function commonParams(
  payment: PaymentRow,
  { operationId, receipts }: { operationId: string; receipts: UseCaseDependencies['receipts'] },
): Record<string, unknown> {
  const { captureMethod, description, statementDescriptorSuffix, receiptEmail, metadata } = payment;
  return {
    ...(captureMethod === 'manual' ? { capture_method: 'manual' } : {}),
    ...(description ? { description } : {}),
    ...(statementDescriptorSuffix ? { statement_descriptor_suffix: statementDescriptorSuffix } : {}),
    ...(receipts === 'stripe' && receiptEmail ? { receipt_email: receiptEmail } : {}),
    metadata: stripeMetadata(metadata, operationId),
  };
}
