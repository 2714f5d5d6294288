import type Stripe from 'stripe';
import { at, type JobHandler } from '../clock/jobs.js';
import { emit } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, StripeError } from '../http/stripe-error.js';
import { checkStep } from '../ledger/currencies.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { bookLater, captured } from './charges.js';
import { foreseeComplaints } from './complaints.js';
import { orNull, refuseUnbuilt } from './parameters.js';
import { announce, endIntent, lapseOf, release } from './releases.js';
import { unexpectedState } from './unexpected-state.js';

/** What a charge makes of its intent: paid, authorised and waiting for a capture, or processing at a bank. */
export function conclude(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  made: Stripe.Charge,
): Stripe.PaymentIntent {
  if (made.status === 'pending') return processing(tx, intent, made);
  if (!made.captured) return authorize(tx, intent, made);
  const succeeded = tx.update('payment_intent', intent, {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: made.id,
    last_payment_error: null,
    next_action: null,
  });
  emit(tx, 'payment_intent.succeeded', succeeded);
  bookLater(tx, made);
  foreseeComplaints(tx, made);
  return succeeded;
}

function processing(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  made: Stripe.Charge,
): Stripe.PaymentIntent {
  const waiting = tx.update('payment_intent', intent, {
    status: 'processing',
    latest_charge: made.id,
    last_payment_error: null,
    next_action: null,
  });
  emit(tx, 'payment_intent.processing', waiting);
  return waiting;
}

function authorize(tx: Transaction, intent: Stripe.PaymentIntent, made: Stripe.Charge): Stripe.PaymentIntent {
  const authorized = tx.update('payment_intent', intent, {
    status: 'requires_capture',
    amount_capturable: intent.amount,
    latest_charge: made.id,
    last_payment_error: null,
    next_action: null,
  });
  emit(tx, 'payment_intent.amount_capturable_updated', authorized);
  const before = made.payment_method_details?.card?.capture_before ?? tx.now;
  at(tx, {
    id: lapseOf(intent),
    name: 'lapse_authorization',
    due: before * 1000,
    data: { intent: intent.id },
  });
  return authorized;
}

/** Nobody captured in time. */
export const lapseAuthorization: JobHandler = (tx, { intent: id = '' }) => {
  const intent = tx.require('payment_intent', id);
  endIntent(tx, intent, { reason: 'automatic', releaseReason: 'expired_uncaptured_charge' });
};

function capture({ tx, params, ids }: Call<Stripe.PaymentIntentCaptureParams>): ApiObject {
  refuseUnbuilt(params, ['application_fee_amount', 'transfer_data']);
  const intent = tx.find('payment_intent', ids[0] ?? '');
  checkCapture(intent, params);
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  const suffix = params.statement_descriptor_suffix ?? intent.statement_descriptor_suffix;
  const authorized = tx.require('charge', intent.latest_charge as string);
  tx.remove('job', lapseOf(intent));
  const taken = captured(tx, authorized, {
    amount_captured: amount,
    statement_descriptor_suffix: suffix,
  });
  const rest = taken.amount - amount;
  const released = rest > 0 ? release(tx, taken, { amount: rest }) : undefined;
  emit(tx, 'charge.captured', released?.charge ?? taken);
  if (released) announce(tx, released);
  const succeeded = tx.update('payment_intent', intent, {
    amount_capturable: 0,
    amount_received: amount,
    metadata: mergeMetadata(intent.metadata, params.metadata),
    statement_descriptor_suffix: suffix,
    status: 'succeeded',
  });
  emit(tx, 'payment_intent.succeeded', succeeded);
  foreseeComplaints(tx, taken);
  return succeeded;
}

function checkCapture(intent: Stripe.PaymentIntent, params: Stripe.PaymentIntentCaptureParams): void {
  if (intent.status === 'succeeded')
    throw unexpectedState(
      intent,
      'This PaymentIntent could not be captured because it has already been captured.',
    );
  if (intent.status !== 'requires_capture')
    throw unexpectedState(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    );
  if (params.final_capture === false)
    throw invalidRequest(
      '`final_capture` can only be `false` when multicapture is available for the PaymentIntent.',
      { param: 'final_capture' },
    );
  if (params.statement_descriptor !== undefined) throw wholeDescriptor();
  checkAmount(intent, params.amount_to_capture);
}

/** A card's statement begins with the account's own prefix: only its end can be chosen. */
export function wholeDescriptor(): Error {
  return invalidRequest(
    'You cannot set `statement_descriptor` for a card charge. Set `statement_descriptor_suffix` instead.',
    { param: 'statement_descriptor' },
  );
}

function checkAmount(intent: Stripe.PaymentIntent, amount: number | undefined): void {
  if (amount === undefined) return;
  const param = 'amount_to_capture';
  if (amount <= 0)
    throw invalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param });
  checkStep(amount, intent.currency);
  if (amount > intent.amount_capturable)
    throw new StripeError(400, {
      type: 'invalid_request_error',
      code: 'amount_too_large',
      message:
        'The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.',
      param,
      payment_intent: intent,
    });
}

const CANCELABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
];

/** Stripe names `processing` too, and takes it in rare cases only: here the bank was always faster. */
function cancel({ tx, params, ids }: Call<Stripe.PaymentIntentCancelParams>): ApiObject {
  const intent = tx.find('payment_intent', ids[0] ?? '');
  if (!CANCELABLE.includes(intent.status))
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(', ')}, processing.`,
    );
  return endIntent(tx, intent, { reason: orNull(params.cancellation_reason) });
}

export const captures: Machine = {
  'POST /v1/payment_intents/{intent}/cancel': operation(cancel),
  'POST /v1/payment_intents/{intent}/capture': operation(capture),
};
