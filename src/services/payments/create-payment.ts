import { randomUUID } from 'node:crypto';
import { move } from '../../domain/changes.js';
import { conflict, type GuichetError, invalidRequest, notFound } from '../../domain/errors.js';
import { isTerminal } from '../../domain/payment-state.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import { acceptAmount, acceptCurrency } from '../accept-amount.js';
import { acceptStatementSuffix } from '../accept-statement-suffix.js';
import { requirePricing } from '../access/require-pricing.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, CreatePaymentInput, UseCases } from '../use-cases.js';
import { waitUntil } from '../wait-until.js';
import { newPayment, type PaymentTerms, paymentOpening } from './new-payment.js';
import { requirePayment } from './require-payment.js';
import { customerRequired } from './require-usable-method.js';
import { withClientSecret } from './with-client-secret.js';

type Opened = { operation: OperationRow } | { existing: PaymentRow };

/** A live payment may be refused while we wait for it; then the order is free, and we open one ourselves. */
const MAX_ROUNDS = 3;

/** The payment's row and the operation that makes it at Stripe, to be saved together before Stripe is called. */
export type PaymentOpening = (
  terms: PaymentTerms,
  about: { context: CallContext; token: string; now: Date },
) => { rows: WorkingSet; operation: OperationRow };

/**
 * Makes a payment and its PaymentIntent. An order has at most one live payment: a later call, with any key, waits for
 * it and returns it (`created: false`). Throws `payment_in_progress` (409, with Retry-After) after 5 s, and
 * `other_payment_live` (409) where the customer is to pay on Stripe's page.
 */
export function createPayment(dependencies: UseCaseDependencies): UseCases['createPayment'] {
  const opening: PaymentOpening = (terms, about) =>
    paymentOpening(dependencies, newPayment(dependencies, terms, about.now), about);
  return async (input, context) => {
    if (!input.orderId) requirePricing(context.actor);
    const { payment, created } = await openPayment(dependencies, input, { context, opening });
    if (payment.checkout && !isTerminal(payment.status)) throw otherPaymentLive(payment);
    return { payment: await withClientSecret(dependencies, payment), created };
  };
}

/** An order is paid in one way at a time. */
export function otherPaymentLive({ _id, checkout }: PaymentRow): GuichetError {
  const where = checkout
    ? 'on Stripe’s page, by a Checkout Session (POST /api/payments/checkout-session gives its url)'
    : 'by its PaymentIntent (POST /api/payments/create-intent gives it)';
  return conflict(
    'other_payment_live',
    `The order is being paid ${where}. Cancel that payment first to pay in another way.`,
    { extra: { paymentId: _id } },
  );
}

/** The payment as it ended at Stripe, with its client secret where it has one, or the live one that its order has. */
export async function openPayment(
  dependencies: UseCaseDependencies,
  input: CreatePaymentInput,
  { context, opening }: { context: CallContext; opening: PaymentOpening },
): Promise<{ payment: PaymentRow; created: boolean }> {
  acceptStatementSuffix(input.statementDescriptorSuffix, dependencies.platform);
  const resumed = context.idempotency?.operationId;
  if (resumed) return made(dependencies, await resumeOperation(dependencies, resumed, WAIT_MS));
  await requireFewDeclines(dependencies, context);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const token = randomUUID();
    const opened = await open(dependencies, input, { context, token, opening });
    if ('operation' in opened) {
      return made(dependencies, await executeOperation(dependencies, opened.operation, token));
    }
    const existing = await settled(dependencies, opened.existing);
    if (existing) return { payment: existing, created: false };
  }
  throw inProgress();
}

/** A user gets the means to try cards at Stripe, where nobody asks us. */
async function requireFewDeclines({ cardAttempts }: UseCaseDependencies, { actor, address }: CallContext) {
  if (actor.type !== 'user') return;
  await cardAttempts.check({ userId: actor.id, paymentId: null, address: address ?? null });
}

async function made(dependencies: UseCaseDependencies, operation: OperationRow) {
  const paymentId = operation.subject.id;
  if (operation.status !== 'succeeded') throw outcomeError(operation, { paymentId });
  const { payments } = dependencies.repositories;
  return { payment: requirePayment(await payments.getWithClientSecret(paymentId)), created: true };
}

async function open(
  dependencies: UseCaseDependencies,
  input: CreatePaymentInput,
  { context, token, opening }: { context: CallContext; token: string; opening: PaymentOpening },
): Promise<Opened> {
  const { repositories, clock } = dependencies;
  try {
    return await repositories.transaction(
      { ...API_TRANSACTION, about: input.orderId ?? null },
      async (bound) => {
        const existing = input.orderId ? await bound.payments.liveOfOrder(input.orderId) : null;
        if (existing) return { existing: await payableStill(bound, existing) };
        const now = clock.now();
        const terms = await termsOf(dependencies, bound, input);
        const { rows, operation } = opening(terms, { context, token, now });
        if (terms.order) {
          // Written too, so that it cannot be canceled at the same moment by somebody who sees no payment yet.
          rows.load('orders', [terms.order]);
          rows.apply([move('orders', terms.order._id, {})], { actor: context.actor, requestId: null }, now);
        }
        const { idempotency } = context;
        if (idempotency) await bound.idempotencyKeys.link(idempotency.id, idempotency.token, operation._id);
        await bound.commit({ rows, mirror: [], now });
        return { operation };
      },
    );
  } catch (error) {
    const winner =
      isDuplicateKey(error) && input.orderId ? await repositories.payments.liveOfOrder(input.orderId) : null;
    if (winner) return { existing: winner };
    throw error;
  }
}

/** What is to be paid, by whom: from the order, or from the request itself. */
async function termsOf(
  dependencies: UseCaseDependencies,
  bound: BoundRepositories,
  input: CreatePaymentInput,
): Promise<PaymentTerms> {
  const customer = input.customerId ? await bound.customers.get(input.customerId) : null;
  if (input.customerId && (!customer?.stripe.customerId || customer.deleted)) {
    throw notFound(
      'customer_not_found',
      'There is no such customer. Create it with POST /api/customers first.',
    );
  }
  if (input.setupFutureUsage && !customer) throw customerRequired('setupFutureUsage');
  const common = { input, customer };
  if (!input.orderId) return { ...common, order: null, ...amountOf(dependencies, input) };
  const order = await bound.orders.get(input.orderId);
  if (!order) throw notFound('order_not_found', 'There is no such order.');
  if (order.status !== 'pending') throw notPayable(order);
  if (customer && customer.userId !== order.userId) {
    throw invalidRequest('customer_of_another_user', 'The customer belongs to another user than the order.');
  }
  return { ...common, order, amount: order.total, currency: order.currency };
}

async function payableStill(bound: BoundRepositories, payment: PaymentRow): Promise<PaymentRow> {
  const order = payment.orderId ? await bound.orders.get(payment.orderId) : null;
  if (order?.status === 'cancelling') throw notPayable(order);
  return payment;
}

function notPayable({ status }: OrderRow): GuichetError {
  return conflict('order_not_payable', `The order is ${status}: only a pending order can be paid.`);
}

function amountOf({ platform }: UseCaseDependencies, input: CreatePaymentInput) {
  if (input.amount === undefined || input.currency === undefined) {
    throw invalidRequest('amount_or_order_required', 'Give an orderId, or an amount with its currency.');
  }
  const currency = acceptCurrency(input.currency);
  const { settlementCurrency } = platform;
  return { amount: acceptAmount({ amount: input.amount, currency, settlementCurrency }), currency };
}

/** The live payment once it has a PaymentIntent; null when it turned out refused. */
async function settled(
  { repositories }: UseCaseDependencies,
  existing: PaymentRow,
): Promise<PaymentRow | null> {
  const payment = await waitUntil(
    async () => (await repositories.payments.get(existing._id)) ?? existing,
    (row) => row.status !== 'creating',
    WAIT_MS,
  );
  if (payment.status === 'creating') throw inProgress();
  return payment.live ? payment : null;
}

function inProgress() {
  return conflict(
    'payment_in_progress',
    'Another request is making the payment of this order. Ask again in a moment.',
    {
      retryAfterSeconds: 1,
    },
  );
}
