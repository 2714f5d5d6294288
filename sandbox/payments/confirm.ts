import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { docUrl, invalidRequest, notImplemented, StripeError } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { checkReturnUrl } from '../validate/formats.js';
import {
  authenticationFailure,
  challengesPayment,
  isAuthenticatedFor,
  isSetUp,
  methodWaiting,
  rememberAuthentication,
  rememberSetUp,
  requests3ds,
} from './authentication.js';
import { conclude, wholeDescriptor } from './captures.js';
import type { Card, Decline } from './cards.js';
import { charge } from './charges.js';
import { declineDetails } from './declines.js';
import { type GivenMethod, methodFor } from './intent-method.js';
import type { GivenMandate } from './mandates.js';
import { needsReturnUrl, threeDSecureAction, type Whereabouts } from './next-action.js';
import { refuseUnbuilt } from './parameters.js';
import { attach, cardBehind, spend } from './payment-methods.js';
import { debit } from './sepa-debit.js';
import { unexpectedState } from './unexpected-state.js';

export interface Confirmation extends GivenMandate, GivenMethod, Whereabouts {
  off_session?: boolean | undefined;
  error_on_requires_action?: boolean | undefined;
}

const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Tries to pay. A decline changes the intent too, and is thrown as an error that commits. */
export function confirm(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  confirmation: Confirmation,
): Stripe.PaymentIntent {
  checkReturnUrl(confirmation.return_url);
  checkConfirmable(intent, confirmation);
  const paymentMethod = methodFor(tx, intent, confirmation);
  if (paymentMethod.type === 'sepa_debit') return debit(tx, intent, { paymentMethod, given: confirmation });
  if (paymentMethod.type !== 'card')
    throw notImplemented(`paying with a payment method of type ${paymentMethod.type}`);
  refuseUnbuilt(confirmation, ['mandate', 'mandate_data']);
  if (intent.statement_descriptor !== null) throw wholeDescriptor();
  const trying = tx.update('payment_intent', intent, { payment_method: paymentMethod.id });
  return payByCard(tx, trying, { paymentMethod, confirmation });
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
  if (!confirmation.payment_method && !confirmation.payment_method_data && !intent.payment_method)
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  if (needsReturnUrl(intent, confirmation))
    throw invalidRequest(
      'A `return_url` must be specified because this Payment Intent is configured to automatically accept the payment methods enabled in the Dashboard, some of which may require a full page redirect to succeed. If you do not want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.',
    );
}

function payByCard(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, confirmation }: { paymentMethod: Stripe.PaymentMethod; confirmation: Confirmation },
): Stripe.PaymentIntent {
  const card = cardBehind(tx, paymentMethod);
  if (isAuthenticatedFor(tx, paymentMethod, intent)) {
    rememberAuthentication(tx, paymentMethod, null);
    return settle(tx, intent, { paymentMethod, card, authenticated: true });
  }
  const challenged = challengesPayment(card, {
    requested: requests3ds(intent),
    offSession: confirmation.off_session ?? false,
    setUp: isSetUp(tx, paymentMethod),
  });
  if (!challenged) return settle(tx, intent, { paymentMethod, card });
  if (confirmation.off_session || confirmation.error_on_requires_action)
    return settle(tx, intent, { paymentMethod, card, decline: AUTHENTICATION_REQUIRED });
  return askCustomer(tx, intent, confirmation);
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
  keepOrSpend(tx, intent, attempt);
  return conclude(tx, intent, made);
}

/** An unattached card pays once; with `setup_future_usage` it is saved with the customer instead. */
function keepOrSpend(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, authenticated }: Attempt,
): void {
  const usage = futureUsage(intent);
  if (authenticated && usage === 'off_session') rememberSetUp(tx, paymentMethod);
  if (paymentMethod.customer !== null) return;
  if (usage !== null && intent.customer !== null) attach(tx, paymentMethod, intent.customer as string);
  else spend(tx, paymentMethod.id);
}

/** The card's own option goes before the intent's. */
function futureUsage(intent: Stripe.PaymentIntent): 'off_session' | 'on_session' | null {
  const usage = intent.payment_method_options?.card?.setup_future_usage ?? intent.setup_future_usage;
  return usage === 'none' ? null : usage;
}

function declined(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, decline, charge: chargeId }: Attempt & { decline: Decline; charge: string },
): StripeError {
  const details = { charge: chargeId, ...declineDetails(decline), payment_method: paymentMethod };
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
  whereabouts: Whereabouts,
): Stripe.PaymentIntent {
  const waiting = tx.update('payment_intent', intent, {
    status: 'requires_action',
    next_action: threeDSecureAction(tx, intent, whereabouts),
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
  const paymentMethod = methodWaiting(tx, intent);
  if (outcome === 'fail')
    return fail(tx, intent, { last_payment_error: authenticationFailure(intent, paymentMethod) });
  if (intent.confirmation_method === 'manual') {
    rememberAuthentication(tx, paymentMethod, intent);
    return tx.update('payment_intent', intent, { next_action: null, status: 'requires_confirmation' });
  }
  return settle(tx, intent, { paymentMethod, card: cardBehind(tx, paymentMethod), authenticated: true });
}
