import type Stripe from 'stripe';
import { at, type JobHandler } from '../clock/jobs.js';
import { emit } from '../events/emit.js';
import { docUrl, invalidRequest } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { conclude } from './captures.js';
import { capturesManually, chargeFailed, chargeLater, chargeSucceeded } from './charges.js';
import { type DebitOutcome, outcomeOfDebit } from './iban.js';
import { type GivenMandate, mandateFor } from './mandates.js';
import { attach, spend } from './payment-methods.js';
import { unexpectedState } from './unexpected-state.js';

const DAY = 86_400_000;
const USUAL_DAYS = 5;
const SLOW_DAYS = 14;

/** Debits are made in euros only. */
export function checkDebitCurrency(currency: string): void {
  if (currency !== 'eur')
    throw invalidRequest(
      `The currency provided (${currency}) is invalid. Payments with sepa_debit support the following currencies: eur.`,
      { param: 'currency' },
    );
}

/** Asks the bank for the money. It answers days later, or when the control plane says so. */
export function debit(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, given }: { paymentMethod: Stripe.PaymentMethod; given: GivenMandate },
): Stripe.PaymentIntent {
  checkDebitCurrency(intent.currency);
  if (capturesManually(intent, 'sepa_debit'))
    throw invalidRequest('Payments with sepa_debit cannot be captured manually.', {
      param: 'capture_method',
    });
  const mandate = mandateFor(tx, intent, { paymentMethod, given });
  keepOrSpend(tx, intent, paymentMethod);
  const { generated_from, ...account } = paymentMethod.sepa_debit ?? noAccount(paymentMethod);
  const asked = chargeLater(tx, intent, {
    paymentMethod,
    details: { sepa_debit: { ...account, mandate: mandate.id }, type: 'sepa_debit' },
  });
  const processing = tx.update('payment_intent', intent, {
    last_payment_error: null,
    latest_charge: asked.id,
    next_action: null,
    payment_method: paymentMethod.id,
    status: 'processing',
  });
  emit(tx, 'payment_intent.processing', processing);
  const days = outcomeOf(tx, paymentMethod.id).slow ? SLOW_DAYS : USUAL_DAYS;
  at(tx, { name: 'settle_debit', due: tx.nowMs + days * DAY, data: { intent: intent.id } });
  return processing;
}

function noAccount({ id }: Stripe.PaymentMethod): never {
  throw new Error(`${id} has no bank account`);
}

function keepOrSpend(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  paymentMethod: Stripe.PaymentMethod,
): void {
  if (paymentMethod.customer !== null) return;
  if (intent.setup_future_usage !== null && intent.customer !== null)
    attach(tx, paymentMethod, intent.customer as string);
  else spend(tx, paymentMethod.id);
}

function outcomeOf(tx: Transaction, paymentMethod: string): DebitOutcome {
  return outcomeOfDebit(tx.require('test_account', paymentMethod).iban ?? '');
}

/** Its day has come: the test account decides. */
export const settleDebit: JobHandler = (tx, { intent: id = '' }) => {
  const intent = tx.require('payment_intent', id);
  if (intent.status !== 'processing') return;
  settle(tx, intent, outcomeOf(tx, intent.payment_method as string).status);
};

/** The bank's answer to what is processing. Whoever follows the intent hears of it by the intent's event. */
export function settle(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  outcome: DebitOutcome['status'],
): Stripe.PaymentIntent {
  if (intent.status !== 'processing')
    throw unexpectedState(
      intent,
      `This PaymentIntent has the status ${intent.status}: no bank's answer is waited for.`,
    );
  const pending = tx.require('charge', intent.latest_charge as string);
  if (outcome === 'succeeded') return conclude(tx, intent, chargeSucceeded(tx, pending));
  return refused(tx, intent, pending);
}

const REFUSAL = {
  code: 'generic_could_not_process',
  message:
    "The transaction can't be processed because your customer's account information is missing or incorrect. Collect a new mandate and ask your customer to provide their name and address exactly as it appears on their bank account. After this, you can attempt the transaction again.",
};

/** The code on the charge is the bank's, the one on the intent is Stripe's. */
function refused(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  pending: Stripe.Charge,
): Stripe.PaymentIntent {
  chargeFailed(tx, pending, REFUSAL);
  const code = 'payment_intent_payment_attempt_failed';
  const failed = tx.update('payment_intent', intent, {
    last_payment_error: {
      charge: pending.id,
      code,
      decline_code: 'generic_decline',
      doc_url: docUrl(code),
      message: REFUSAL.message,
      payment_method: tx.require('payment_method', intent.payment_method as string),
      type: 'card_error',
    },
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(tx, 'payment_intent.payment_failed', failed);
  return failed;
}
