import { randomUUID } from 'node:crypto';
import { insert } from '../../domain/changes.js';
import { conflict, type GuichetError, invalidRequest } from '../../domain/errors.js';
import { isConfirmable } from '../../domain/payment-state.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { newOperation } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, ConfirmPaymentInput, UseCases } from '../use-cases.js';
import { requirePayment } from './require-payment.js';

/**
 * Confirms a payment with a payment method. A decline throws `payment_declined` (402), and the payment can be confirmed
 * again with another key. While another confirm, capture or cancel of the payment is open: 409 with Retry-After.
 */
export function confirmPayment(dependencies: UseCaseDependencies): UseCases['confirmPayment'] {
  return async (input, context) => {
    const returnUrl = requireReturnUrl(dependencies, input.returnUrl);
    const operation = await run(dependencies, { ...input, returnUrl }, context);
    if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId: input.paymentId });
    return requirePayment(await dependencies.repositories.payments.get(input.paymentId));
  };
}

type Confirmation = ConfirmPaymentInput & { returnUrl: string };

async function run(
  dependencies: UseCaseDependencies,
  input: Confirmation,
  context: CallContext,
): Promise<OperationRow> {
  const resumed = context.idempotency?.operationId;
  if (resumed) return resumeOperation(dependencies, resumed, WAIT_MS);
  const token = randomUUID();
  const operation = await open(dependencies, input, { context, token });
  return executeOperation(dependencies, operation, token);
}

async function open(
  { repositories, clock }: UseCaseDependencies,
  input: Confirmation,
  { context, token }: { context: CallContext; token: string },
): Promise<OperationRow> {
  try {
    return await repositories.transaction(API_TRANSACTION, async (bound) => {
      const payment = requirePayment(await bound.payments.get(input.paymentId));
      const [busy] = await bound.operations.openOfPayments([payment._id]);
      if (busy) throw inProgress();
      const now = clock.now();
      const about = { scope: payment, context, token, now };
      const operation = newOperation(confirmation(payment, requireIntent(payment), input), about);
      const rows = new WorkingSet();
      rows.apply(
        [insert('operations', operation)],
        { actor: context.actor, requestId: context.requestId },
        now,
      );
      const { idempotency } = context;
      if (idempotency) await bound.idempotencyKeys.link(idempotency.id, idempotency.token, operation._id);
      await bound.commit({ rows, mirror: [], now });
      return operation;
    });
  } catch (error) {
    throw isDuplicateKey(error) ? inProgress() : error;
  }
}

function confirmation(payment: PaymentRow, intentId: string, input: Confirmation) {
  return {
    kind: 'payment.confirm' as const,
    subject: { collection: 'payments' as const, id: payment._id },
    exclusiveKey: payment._id,
    path: `/v1/payment_intents/${intentId}/confirm`,
    before: { status: payment.status, latestChargeId: payment.stripe.latestChargeId },
    params: () => ({
      payment_method: input.paymentMethodId,
      return_url: input.returnUrl,
      expand: ['latest_charge'],
    }),
  };
}

function requireIntent(payment: PaymentRow): string {
  const id = payment.stripe.paymentIntentId;
  if (payment.status === 'creating' || (!id && payment.live)) throw inProgress();
  if (!id || !isConfirmable(payment.status)) {
    throw conflict('payment_not_confirmable', `The payment is ${payment.status}: it cannot be confirmed.`);
  }
  return id;
}

/** Only our own sites may be returned to: an open redirect would lend them our name. */
function requireReturnUrl({ returnUrl }: UseCaseDependencies, asked: string | undefined): string {
  if (asked === undefined) return returnUrl.default;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  const allowed = url && /^https?:$/.test(url.protocol) && returnUrl.hosts.includes(url.host);
  if (allowed) return asked;
  const detail = `returnUrl must be on one of these hosts: ${returnUrl.hosts.join(', ')}. Add others to PAYMENT_RETURN_HOSTS.`;
  throw invalidRequest('return_url_not_allowed', detail, {
    errors: [{ path: 'returnUrl', code: 'return_url_not_allowed', message: detail }],
  });
}

function inProgress(): GuichetError {
  return conflict(
    'operation_in_progress',
    'Another request is changing this payment. Ask again in a moment.',
    {
      retryAfterSeconds: 1,
    },
  );
}
