import type Stripe from 'stripe';
import type { Machine } from '../http/router.js';
import { notImplemented } from '../http/stripe-error.js';
import { captures } from '../payments/captures.js';
import { customers } from '../payments/customers.js';
import { paymentIntents } from '../payments/payment-intents.js';
import { setupIntents } from '../payments/setup-intents.js';
import type { ApiObject, CheckoutDetails } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

type Session = Stripe.Checkout.Session;

const API: Machine = { ...captures, ...customers, ...paymentIntents, ...setupIntents };

/** Checkout is a caller of the API like any other, only inside of one transaction. */
export function callApi(
  tx: Transaction,
  route: string,
  { params = {}, ids = [] }: { params?: object; ids?: string[] },
): ApiObject {
  const handler = API[route];
  if (!handler) throw notImplemented(route);
  return handler({ tx, params: params as Record<string, unknown>, ids, path: '' });
}

/** The PaymentIntent of a session: made when the customer first pays, with the amount as it is then. */
export function paymentIntentOf(
  tx: Transaction,
  session: Session,
  details: CheckoutDetails,
): Stripe.PaymentIntent {
  const amount = session.amount_total ?? 0;
  if (session.payment_intent !== null) {
    const current = tx.require('payment_intent', session.payment_intent as string);
    if (current.amount === amount) return current;
    const request = { params: { amount }, ids: [current.id] };
    return callApi(tx, 'POST /v1/payment_intents/{intent}', request) as Stripe.PaymentIntent;
  }
  const customer = (session.customer as string | null) ?? details.customer;
  const params: Partial<Stripe.PaymentIntentCreateParams> = {
    ...details.payment,
    amount,
    currency: session.currency ?? '',
    payment_method_types: session.payment_method_types,
    ...(customer !== null && { customer }),
  };
  return callApi(tx, 'POST /v1/payment_intents', { params }) as Stripe.PaymentIntent;
}

/** Throws the decline, which commits. */
export function confirmPayment(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  params: Stripe.PaymentIntentConfirmParams,
): void {
  callApi(tx, 'POST /v1/payment_intents/{intent}/confirm', { params, ids: [intent.id] });
}

/** The SetupIntent of a session: made with it, to be used when the customer is not there. */
export function newSetupIntent(
  tx: Transaction,
  session: Session,
  data: Stripe.Checkout.SessionCreateParams.SetupIntentData = {},
): Stripe.SetupIntent {
  const customer = session.customer as string | null;
  const params: Stripe.SetupIntentCreateParams = {
    ...data,
    payment_method_types: session.payment_method_types,
    usage: 'off_session',
    ...(customer !== null && { customer }),
  };
  return callApi(tx, 'POST /v1/setup_intents', { params }) as Stripe.SetupIntent;
}

/** Throws the decline, which commits. A customer that was made on the way gets what is saved. */
export function confirmSetup(
  tx: Transaction,
  session: Session,
  params: Stripe.SetupIntentConfirmParams,
): void {
  const ids = [session.setup_intent as string];
  const { customer } = tx.require('checkout_details', session.id);
  if (customer !== null) callApi(tx, 'POST /v1/setup_intents/{intent}', { params: { customer }, ids });
  callApi(tx, 'POST /v1/setup_intents/{intent}/confirm', { params, ids });
}

const CANCELABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** An expired session leaves nothing that could still be paid or saved. */
export function cancelIntents(tx: Transaction, session: Session): void {
  const payment = session.payment_intent && tx.require('payment_intent', session.payment_intent as string);
  if (payment && CANCELABLE.includes(payment.status))
    callApi(tx, 'POST /v1/payment_intents/{intent}/cancel', { ids: [payment.id] });
  if (session.setup_intent !== null)
    callApi(tx, 'POST /v1/setup_intents/{intent}/cancel', { ids: [session.setup_intent as string] });
}
