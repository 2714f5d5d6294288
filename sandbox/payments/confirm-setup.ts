import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { docUrl, invalidRequest, notImplemented, StripeError } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { checkReturnUrl } from '../validate/formats.js';
import {
  authenticationFailure,
  challengesSetup,
  methodWaiting,
  rememberSetUp,
  requests3ds,
} from './authentication.js';
import type { Decline } from './cards.js';
import { declineDetails } from './declines.js';
import { type GivenMethod, methodFor } from './intent-method.js';
import { type GivenMandate, mandateFor } from './mandates.js';
import { needsReturnUrl, threeDSecureAction, type Whereabouts } from './next-action.js';
import { refuseUnbuilt } from './parameters.js';
import { attach, cardBehind } from './payment-methods.js';
import { authenticateAttempt, concludeAttempt, newAttempt } from './setup-attempts.js';
import { unexpectedState } from './unexpected-state.js';

export interface SetupConfirmation extends GivenMandate, GivenMethod, Whereabouts {}

/** Tries to save the method. A decline changes the intent too, and is thrown as an error that commits. */
export function confirmSetup(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  confirmation: SetupConfirmation,
): Stripe.SetupIntent {
  checkReturnUrl(confirmation.return_url);
  checkConfirmable(intent, confirmation);
  const paymentMethod = methodFor(tx, intent, confirmation);
  const { type } = paymentMethod;
  if (type !== 'card' && type !== 'sepa_debit')
    throw notImplemented(`setting up a payment method of type ${type}`);
  const trying = tx.update('setup_intent', intent, {
    latest_attempt: newAttempt(tx, intent, paymentMethod).id,
    next_action: null,
    payment_method: paymentMethod.id,
  });
  if (type === 'sepa_debit') {
    const mandate = mandateFor(tx, trying, { paymentMethod, given: confirmation });
    return succeed(tx, tx.update('setup_intent', trying, { mandate: mandate.id }), paymentMethod);
  }
  refuseUnbuilt(confirmation, ['mandate_data']);
  if (challengesSetup(cardBehind(tx, paymentMethod), { requested: requests3ds(intent) }))
    return askCustomer(tx, trying, confirmation);
  return settle(tx, trying, paymentMethod);
}

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

function checkConfirmable(intent: Stripe.SetupIntent, confirmation: SetupConfirmation): void {
  if (intent.status === 'succeeded')
    throw unexpectedState(intent, 'You cannot confirm this SetupIntent because it has already succeeded.');
  if (!CONFIRMABLE.includes(intent.status))
    throw unexpectedState(
      intent,
      `You cannot confirm this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be confirmed: ${CONFIRMABLE.join(', ')}.`,
    );
  if (!confirmation.payment_method && !confirmation.payment_method_data && !intent.payment_method)
    throw unexpectedState(
      intent,
      "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  if (needsReturnUrl(intent, confirmation))
    throw invalidRequest(
      'A `return_url` must be specified because this Setup Intent is configured to automatically accept the payment methods enabled in the Dashboard, some of which may require a full page redirect to succeed. If you do not want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.',
    );
}

function askCustomer(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  whereabouts: Whereabouts,
): Stripe.SetupIntent {
  concludeAttempt(tx, intent, { status: 'requires_action' });
  const waiting = tx.update('setup_intent', intent, {
    last_setup_error: null,
    next_action: threeDSecureAction(tx, intent, whereabouts),
    status: 'requires_action',
  });
  emit(tx, 'setup_intent.requires_action', waiting);
  return waiting;
}

/** The bank lets a card be saved or not. */
function settle(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  paymentMethod: Stripe.PaymentMethod,
): Stripe.SetupIntent {
  const { decline, attaches } = cardBehind(tx, paymentMethod);
  if (decline && !attaches) throw declined(tx, intent, { paymentMethod, decline });
  return succeed(tx, intent, paymentMethod);
}

/** What is saved belongs to the customer from then on. */
function succeed(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  paymentMethod: Stripe.PaymentMethod,
): Stripe.SetupIntent {
  if (intent.customer !== null) attach(tx, paymentMethod, intent.customer as string);
  concludeAttempt(tx, intent, { status: 'succeeded' });
  const succeeded = tx.update('setup_intent', intent, {
    last_setup_error: null,
    next_action: null,
    status: 'succeeded',
  });
  emit(tx, 'setup_intent.succeeded', succeeded);
  return succeeded;
}

function declined(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  { paymentMethod, decline }: { paymentMethod: Stripe.PaymentMethod; decline: Decline },
): StripeError {
  const details = { ...declineDetails(decline), payment_method: paymentMethod };
  const failed = fail(tx, intent, {
    ...details,
    doc_url: docUrl(decline.code),
    type: 'card_error',
  } as Stripe.SetupIntent.LastSetupError);
  return new StripeError(402, { type: 'card_error', ...details, setup_intent: failed }, true);
}

/** Stripe drops the method that failed, and waits for another one. */
function fail(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  error: Stripe.SetupIntent.LastSetupError,
): Stripe.SetupIntent {
  concludeAttempt(tx, intent, { setup_error: error as Stripe.SetupAttempt.SetupError, status: 'failed' });
  const failed = tx.update('setup_intent', intent, {
    last_setup_error: error,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(tx, 'setup_intent.setup_failed', failed);
  return failed;
}

/** What the customer did on the bank's page. */
export function finishSetupAuthentication(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  outcome: 'approve' | 'fail',
): Stripe.SetupIntent {
  const paymentMethod = methodWaiting(tx, intent);
  if (outcome === 'fail') return fail(tx, intent, authenticationFailure(intent, paymentMethod));
  authenticateAttempt(tx, intent);
  if (intent.usage === 'off_session') rememberSetUp(tx, paymentMethod);
  return settle(tx, intent, paymentMethod);
}
