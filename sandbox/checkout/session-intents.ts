import type Stripe from 'stripe';
import type { Machine } from '../http/router.js';
import { notImplemented } from '../http/stripe-error.js';
import { paymentIntents } from '../payments/payment-intents.js';
import type { ApiObject, CheckoutDetails } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

type Session = Stripe.Checkout.Session;

/** Checkout is a caller of the API like any other, only inside of one transaction. */
export function callApi(
  machine: Machine,
  key: string,
  request: { tx: Transaction; params: object; ids?: string[] },
): ApiObject {
  const handler = machine[key];
  if (!handler) throw notImplemented(key);
  const { tx, params, ids = [] } = request;
  return handler({ tx, params: params as Record<string, unknown>, ids, path: '' });
}

const PAYMENT_INTENTS = '/v1/payment_intents';

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
    const request = { tx, params: { amount }, ids: [current.id] };
    return callApi(paymentIntents, `POST ${PAYMENT_INTENTS}/{intent}`, request) as Stripe.PaymentIntent;
  }
  const customer = (session.customer as string | null) ?? details.customer;
  const params: Partial<Stripe.PaymentIntentCreateParams> = {
    ...details.payment,
    amount,
    currency: session.currency ?? '',
    payment_method_types: session.payment_method_types,
    ...(customer !== null && { customer }),
  };
  return callApi(paymentIntents, `POST ${PAYMENT_INTENTS}`, { tx, params }) as Stripe.PaymentIntent;
}

/** Throws the decline, which commits. */
export function confirmPayment(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  params: Stripe.PaymentIntentConfirmParams,
): Stripe.PaymentIntent {
  const request = { tx, params, ids: [intent.id] };
  return callApi(paymentIntents, `POST ${PAYMENT_INTENTS}/{intent}/confirm`, request) as Stripe.PaymentIntent;
}

/** An expired session leaves nothing that could still be paid. */
export function cancelIntents(tx: Transaction, session: Session): void {
  const intent = session.payment_intent && tx.require('payment_intent', session.payment_intent as string);
  if (
    intent &&
    ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)
  )
    callApi(paymentIntents, `POST ${PAYMENT_INTENTS}/{intent}/cancel`, { tx, params: {}, ids: [intent.id] });
}

export function newSetupIntent(
  _tx: Transaction,
  _session: Session,
  _data: Stripe.Checkout.SessionCreateParams.SetupIntentData | undefined,
): { id: string } {
  throw notImplemented('Checkout Sessions in setup mode');
}

export function confirmSetup(
  _tx: Transaction,
  _session: Session,
  _params: Stripe.SetupIntentConfirmParams,
): void {
  throw notImplemented('Checkout Sessions in setup mode');
}
