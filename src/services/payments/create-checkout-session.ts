import { checkoutLines } from '../../domain/checkout-lines.js';
import { conflict } from '../../domain/errors.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { newOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { requireStripe } from '../stripe/require-stripe.js';
import type { UseCases } from '../use-cases.js';
import { acceptReturnUrl } from './accept-return-url.js';
import { openPayment, otherPaymentLive, type PaymentOpening } from './create-payment.js';
import { commonParams, newPayment, openedRows } from './new-payment.js';
import type { CreateCheckoutSessionInput, PaymentUseCases } from './payment-use-cases.js';

/** Stripe's own, where nothing shorter is asked for. */
const LIFETIME_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

interface Asked extends CreateCheckoutSessionInput {
  successUrl: string;
  cancelUrl: string | undefined;
}

/**
 * Makes a Checkout Session for an order, and its payment: the customer pays on Stripe's page. While it is open a later
 * call, with any key, returns it (`created: false`). Throws `other_payment_live` (409) for an order that is being paid
 * by a PaymentIntent, and `order_not_payable` (409) once the customer has paid.
 */
export function createCheckoutSession(
  dependencies: UseCaseDependencies & Pick<UseCases, 'refreshPayment'>,
): PaymentUseCases['createCheckoutSession'] {
  return async (input, context) => {
    const successUrl = acceptReturnUrl(dependencies, input.successUrl, 'successUrl');
    const asked: Asked = {
      ...input,
      successUrl: successUrl ?? dependencies.returnUrl.default,
      cancelUrl: acceptReturnUrl(dependencies, input.cancelUrl, 'cancelUrl'),
    };
    const opening = openingOf(dependencies, asked);
    const first = await openPayment(dependencies, input, { context, opening });
    const opened = (await isClosed(dependencies, first))
      ? await openPayment(dependencies, input, { context, opening })
      : first;
    return { ...opened, payment: requireOpen(opened.payment) };
  };
}

/** One whose time is up is asked for: its order may be free by now. */
async function isClosed(
  { clock, refreshPayment }: UseCaseDependencies & Pick<UseCases, 'refreshPayment'>,
  { payment, created }: { payment: PaymentRow; created: boolean },
): Promise<boolean> {
  const { checkout } = payment;
  if (created || checkout?.status !== 'open' || checkout.expiresAt > clock.now()) return false;
  return !(await refreshPayment(payment._id)).live;
}

function requireOpen(payment: PaymentRow): PaymentRow {
  const { checkout, status } = payment;
  if (checkout?.status === 'open') return payment;
  if (!checkout && status !== 'succeeded') throw otherPaymentLive(payment);
  throw conflict(
    'order_not_payable',
    `The customer has paid already: the payment of the order is ${status}.`,
    { extra: { paymentId: payment._id } },
  );
}

function openingOf(dependencies: UseCaseDependencies, asked: Asked): PaymentOpening {
  return (terms, about) => {
    const { order } = terms;
    requireStripe(dependencies);
    if (!order) throw new Error('A Checkout Session is made for an order');
    const lifetime = asked.expiresInMinutes ? asked.expiresInMinutes * MINUTE_MS : LIFETIME_MS;
    const payment: PaymentRow = {
      ...newPayment(dependencies, terms, about.now),
      checkout: {
        sessionId: null,
        status: 'open',
        url: null,
        expiresAt: new Date(about.now.getTime() + lifetime),
      },
    };
    const operation = newOperation(
      {
        kind: 'checkout.create',
        subject: { collection: 'payments', id: payment._id },
        path: '/v1/checkout/sessions',
        params: (operationId) => sessionParams(dependencies, { asked, order, payment, operationId }),
      },
      { scope: dependencies.platform, ...about },
    );
    return { rows: openedRows(payment, operation, about), operation };
  };
}

interface About {
  asked: Asked;
  order: OrderRow;
  payment: PaymentRow;
  operationId: string;
}

/** The PaymentIntent, which Stripe makes when the customer pays, names the same operation: by that it is ours. */
function sessionParams(
  { receipts }: UseCaseDependencies,
  { asked, order, payment, operationId }: About,
): Record<string, unknown> {
  const { stripe, receiptEmail, checkout } = payment;
  return {
    mode: 'payment',
    client_reference_id: order._id,
    line_items: checkoutLines(order),
    locale: order.locale,
    success_url: asked.successUrl,
    ...(asked.cancelUrl ? { cancel_url: asked.cancelUrl } : {}),
    ...(asked.expiresInMinutes && checkout
      ? { expires_at: Math.ceil(checkout.expiresAt.getTime() / 1000) }
      : {}),
    ...(asked.paymentMethodTypes ? { payment_method_types: asked.paymentMethodTypes } : {}),
    ...customerOf(stripe.customerId, receiptEmail),
    metadata: stripeMetadata({}, operationId),
    payment_intent_data: commonParams(payment, { operationId, receipts }),
  };
}

function customerOf(customer: string | null, email: string | null): Record<string, string> {
  if (customer) return { customer };
  return email ? { customer_email: email } : {};
}
