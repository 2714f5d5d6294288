import { randomUUID } from 'node:crypto';
import { type Change, insert, move } from '../../domain/changes.js';
import { requireCurrency } from '../../domain/currencies.js';
import { conflict, type GuichetError, notFound } from '../../domain/errors.js';
import type { PaymentStatus } from '../../domain/payment-state.js';
import { refundableAmount, reservedAmount } from '../../domain/refunds.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { RefundRow } from '../../domain/rows/refund.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import { newId } from '../../utils/ids.js';
import { acceptAmount } from '../accept-amount.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { newOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { requireStripe } from '../stripe/require-stripe.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, RefundPaymentInput, UseCases } from '../use-cases.js';
import { requirePayment } from './require-payment.js';

/**
 * Gives money back. The amount is set aside before Stripe is asked, so parallel refunds that fit are all accepted and
 * one that exceeds what is left throws `refund_exceeds_payment` (409). A refusal gives the amount back to the payment.
 */
export function refundPayment(
  dependencies: UseCaseDependencies & Pick<UseCases, 'refreshPayment'>,
): UseCases['refundPayment'] {
  return async (input, context) => {
    const resumed = context.idempotency?.operationId;
    const operation = resumed
      ? await resumeOperation(dependencies, resumed, WAIT_MS)
      : await run(dependencies, input, context);
    if (operation.status !== 'succeeded') throw await refused(dependencies, operation, input);
    const refund = await dependencies.repositories.refunds.get(operation.subject.id);
    if (!refund) throw notFound('refund_not_found', 'There is no such refund.');
    return refund;
  };
}

/** What Stripe knew better than our rows: they are brought up to date, so that the next request is answered by them. */
async function refused(
  { refreshPayment, logger }: UseCaseDependencies & Pick<UseCases, 'refreshPayment'>,
  operation: OperationRow,
  { paymentId }: RefundPaymentInput,
): Promise<GuichetError> {
  const { type, code = null, declineCode = null } = operation.refusal ?? { type: null };
  const told = { stripe: { type, code, declineCode }, extra: { paymentId } };
  if (code === 'charge_disputed') return conflict('charge_disputed', DISPUTED, told);
  if (code !== 'charge_already_refunded') return outcomeError(operation, { paymentId });
  await refreshPayment(paymentId).catch((err: unknown) => {
    logger.warn({ err, paymentId }, 'A payment that Stripe says is refunded could not be read');
  });
  return conflict('payment_fully_refunded', 'Nothing is left to refund: Stripe has refunded it.', told);
}

const DISPUTED =
  'The customer disputes the charge, so it cannot be refunded: answer the dispute, or accept it.';

async function run(
  dependencies: UseCaseDependencies,
  input: RefundPaymentInput,
  context: CallContext,
): Promise<OperationRow> {
  const { repositories, clock } = dependencies;
  const token = randomUUID();
  const { stripe } = requirePayment(await repositories.payments.get(input.paymentId));
  const open = async (bound: BoundRepositories) => {
    const payment = requirePayment(await bound.payments.get(input.paymentId));
    const now = clock.now();
    const refunds = await bound.refunds.ofPayments([payment._id]);
    const refund = newRefund(payment, { input, refunds, now });
    requireStripe(dependencies);
    const opened = newOperation(operationOf(refund), { scope: payment, context, token, now });
    const rows = new WorkingSet();
    rows.load('payments', [payment]);
    const changes = reservation(payment, { refund, refunds, operation: opened });
    rows.apply(changes, { actor: context.actor, requestId: context.requestId }, now);
    const { idempotency } = context;
    if (idempotency) await bound.idempotencyKeys.link(idempotency.id, idempotency.token, opened._id);
    await bound.commit({ rows, mirror: [], now });
    return opened;
  };
  const operation = await repositories.transaction(
    { ...API_TRANSACTION, about: stripe.paymentIntentId },
    open,
  );
  return executeOperation(dependencies, operation, token);
}

function newRefund(
  payment: PaymentRow,
  { input, refunds, now }: { input: RefundPaymentInput; refunds: RefundRow[]; now: Date },
): RefundRow {
  return {
    _id: newId('ref'),
    stripeAccountId: payment.stripeAccountId,
    livemode: payment.livemode,
    version: 1,
    audit: null,
    createdAt: now,
    updatedAt: now,
    paymentId: payment._id,
    orderId: payment.orderId,
    status: 'reserved',
    amount: amountToRefund(payment, refunds, input.amount),
    currency: payment.currency,
    reason: input.reason ?? null,
    metadata: input.metadata ?? {},
    failureReason: null,
    isRelease: false,
    origin: 'guichet',
    stripe: {
      refundId: null,
      chargeId: payment.stripe.latestChargeId,
      paymentIntentId: payment.stripe.paymentIntentId ?? '',
    },
  };
}

function amountToRefund(payment: PaymentRow, refunds: RefundRow[], asked: number | undefined): number {
  if (payment.status !== 'succeeded') {
    throw conflict('payment_not_refundable', notRefundable(payment.status));
  }
  const refundable = refundableAmount({
    status: payment.status,
    amountCaptured: payment.amountReceived,
    refunds,
    amountReserved: reservedAmount(refunds),
  });
  if (refundable === 0) throw conflict('payment_fully_refunded', 'Nothing is left to refund.');
  if (asked === undefined) return refundable;
  const currency = requireCurrency(payment.currency);
  const amount = acceptAmount({ amount: asked, currency, settlementCurrency: null, purpose: 'refund' });
  if (amount <= refundable) return amount;
  throw conflict('refund_exceeds_payment', `Only ${refundable} ${payment.currency} are left to refund.`, {
    extra: { refundable },
  });
}

function notRefundable(status: PaymentStatus): string {
  return status === 'requires_capture'
    ? 'The payment is authorised, and no money was taken yet: cancel it instead, with POST /api/payments/:id/cancel.'
    : `The payment is ${status}: only a succeeded payment can be refunded.`;
}

function operationOf(refund: RefundRow) {
  const { amount, reason, metadata, stripe } = refund;
  return {
    kind: 'refund.create' as const,
    subject: { collection: 'refunds' as const, id: refund._id },
    path: '/v1/refunds',
    params: (operationId: string) => ({
      payment_intent: stripe.paymentIntentId,
      amount,
      ...(reason ? { reason } : {}),
      metadata: stripeMetadata(metadata, operationId),
    }),
  };
}

function reservation(
  payment: PaymentRow,
  { refund, refunds, operation }: { refund: RefundRow; refunds: RefundRow[]; operation: OperationRow },
): Change[] {
  return [
    insert('refunds', refund),
    insert('operations', operation),
    move('payments', payment._id, { amountReserved: reservedAmount([...refunds, refund]) }),
    {
      type: 'audit',
      collection: 'refunds',
      id: refund._id,
      action: 'refund.create',
      before: {},
      after: { status: refund.status, amount: refund.amount, paymentId: payment._id },
    },
  ];
}
