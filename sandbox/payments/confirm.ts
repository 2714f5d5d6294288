import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { docUrl, invalidRequest, StripeError } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { conclude } from './captures.js';
import type { Card } from './card.js';
import { charge } from './charges.js';
import { AUTHENTICATION_REQUIRED, type Decline } from './declines.js';
import { attach, cardBehind, spentMethod, takePaymentMethod } from './payment-methods.js';
import { unexpectedState } from './unexpected-state.js';

export interface Confirmation {
  payment_method?: string | undefined;
  return_url?: string | undefined;
  use_stripe_sdk?: boolean | undefined;
  off_session?: boolean | undefined;
  error_on_requires_action?: boolean | undefined;
}

/** Tries to pay. A decline changes the intent too, and is thrown as an error that commits. */
export function confirm(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  confirmation: Confirmation,
): Stripe.PaymentIntent {
  checkConfirmable(intent, confirmation);
  const paymentMethod = methodFor(tx, intent, confirmation);
  const card = cardBehind(tx, paymentMethod);
  const trying = tx.update('payment_intent', intent, { payment_method: paymentMethod.id });
  if (!asksAtEachUse(card)) return settle(tx, trying, { paymentMethod, card });
  if (confirmation.off_session || confirmation.error_on_requires_action)
    return settle(tx, trying, { paymentMethod, card, decline: AUTHENTICATION_REQUIRED });
  return askCustomer(tx, trying, confirmation);
}

function asksAtEachUse({ authentication }: Card): boolean {
  return ['always', 'on_session', 'unless_set_up'].includes(authentication);
}

function checkConfirmable(intent: Stripe.PaymentIntent, confirmation: Confirmation): void {
  if (intent.status === 'succeeded')
    throw unexpectedState(
      intent,
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    );
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status))
    throw unexpectedState(
      intent,
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.`,
    );
  if (!confirmation.payment_method && !intent.payment_method)
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  const redirects = intent.automatic_payment_methods?.allow_redirects === 'always';
  if (redirects && confirmation.return_url === undefined && !confirmation.use_stripe_sdk)
    throw invalidRequest(
      'A `return_url` must be specified because this Payment Intent is configured to automatically accept the payment methods enabled in the Dashboard, some of which may require a full page redirect to succeed. If you do not want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.',
    );
}

/** The payment method to use, for this intent's customer only. */
export function methodFor(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { payment_method: given }: Confirmation,
): Stripe.PaymentMethod {
  const id = given ?? (intent.payment_method as string);
  const paymentMethod = takePaymentMethod(tx, id, 'payment_method');
  const { customer } = paymentMethod;
  if (customer !== null && intent.customer === null)
    throw invalidRequest(
      `The \`payment_method\` parameter supplied ${paymentMethod.id} belongs to the Customer ${customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      { param: 'payment_method' },
    );
  if (customer !== null && customer !== intent.customer)
    throw invalidRequest(
      `The payment method supplied (${paymentMethod.id}) does not belong to Customer ${intent.customer}. Please use this payment method with the Customer that it belongs to instead: ${customer}.`,
      { param: 'payment_method' },
    );
  if (customer === null && tx.require('test_card', paymentMethod.id).spent) throw spentMethod();
  return paymentMethod;
}

interface Attempt {
  paymentMethod: Stripe.PaymentMethod;
  card: Card;
  decline?: Decline | undefined;
  authenticated?: boolean;
}

/** Charges the card and brings the intent to its end, or back to where a new card is needed. */
function settle(tx: Transaction, intent: Stripe.PaymentIntent, attempt: Attempt): Stripe.PaymentIntent {
  const decline = attempt.decline ?? attempt.card.decline;
  const made = charge(tx, intent, { ...attempt, decline });
  if (decline) throw declined(tx, intent, { ...attempt, decline, charge: made.id });
  spend(tx, intent, attempt.paymentMethod);
  return conclude(tx, intent, made);
}

/** An unattached card pays once; with `setup_future_usage` it is saved with the customer instead. */
function spend(tx: Transaction, intent: Stripe.PaymentIntent, paymentMethod: Stripe.PaymentMethod): void {
  if (paymentMethod.customer !== null) return;
  if (intent.setup_future_usage !== null && intent.customer !== null)
    attach(tx, paymentMethod, intent.customer as string);
  else tx.update('test_card', tx.require('test_card', paymentMethod.id), { spent: true });
}

function declined(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, decline, charge: chargeId }: Attempt & { decline: Decline; charge: string },
): StripeError {
  const details = {
    charge: chargeId,
    code: decline.code,
    ...(decline.declineCode !== undefined && { decline_code: decline.declineCode }),
    message: decline.message,
    ...(decline.param !== undefined && { param: decline.param }),
    payment_method: paymentMethod,
  };
  const failed = fail(tx, intent, {
    latest_charge: chargeId,
    last_payment_error: {
      ...details,
      doc_url: docUrl(decline.code),
      type: 'card_error',
    } as Stripe.PaymentIntent.LastPaymentError,
  });
  return new StripeError(402, { type: 'card_error', ...details, payment_intent: failed }, true);
}

/** Stripe drops the card that failed, and waits for another one. */
function fail(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  patch: Partial<Stripe.PaymentIntent>,
): Stripe.PaymentIntent {
  const failed = tx.update('payment_intent', intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    ...patch,
  });
  emit(tx, 'payment_intent.payment_failed', failed);
  return failed;
}

function askCustomer(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { return_url, use_stripe_sdk }: Confirmation,
): Stripe.PaymentIntent {
  const url = `${tx.surroundings.url}/_sandbox/3ds/${intent.id}`;
  const next_action =
    return_url === undefined || use_stripe_sdk
      ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
      : { redirect_to_url: { return_url, url }, type: 'redirect_to_url' };
  const waiting = tx.update('payment_intent', intent, {
    status: 'requires_action',
    next_action,
    last_payment_error: null,
  });
  emit(tx, 'payment_intent.requires_action', waiting);
  return waiting;
}

/** What the customer did on the bank's page. */
export function finishAuthentication(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  outcome: 'approve' | 'fail',
): Stripe.PaymentIntent {
  if (intent.status !== 'requires_action')
    throw unexpectedState(
      intent,
      `This PaymentIntent has the status ${intent.status}: no authentication is waiting.`,
    );
  const paymentMethod = tx.require('payment_method', intent.payment_method as string);
  if (outcome === 'approve')
    return settle(tx, intent, { paymentMethod, card: cardBehind(tx, paymentMethod), authenticated: true });
  const code = 'payment_intent_authentication_failure';
  return fail(tx, intent, {
    last_payment_error: {
      code,
      doc_url: docUrl(code),
      message:
        'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
      payment_method: paymentMethod,
      type: 'invalid_request_error',
    },
  });
}
