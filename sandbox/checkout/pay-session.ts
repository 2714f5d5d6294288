import type Stripe from 'stripe';
import type { Transaction } from '../store/transaction.js';
import { completeSession } from './complete-session.js';
import { type Entered, enteredMethod } from './entered-method.js';
import { callApi, confirmPayment, confirmSetup, paymentIntentOf } from './session-intents.js';

type Session = Stripe.Checkout.Session;

/**
 * Pays an open session with what was typed, or saves it. Afterwards the session is complete, or its intent waits for the
 * customer's bank. Throws what the customer should hear; a decline commits.
 */
export function paySession(tx: Transaction, session: Session, typed: Entered): void {
  const entered = { ...typed, email: session.customer_details?.email ?? typed.email };
  noteCustomer(tx, session, entered);
  if (session.mode === 'payment' && session.amount_total === 0) {
    completeSession(tx, session, 'no_payment_required');
    return;
  }
  const payment_method = enteredMethod(tx, entered).id;
  const confirmation = {
    payment_method,
    return_url: session.url ?? '',
    ...(entered.type === 'sepa_debit' && { mandate_data: accepted(entered) }),
  };
  if (session.mode === 'setup') {
    confirmSetup(tx, session, confirmation);
    return;
  }
  const intent = paymentIntentOf(tx, session, tx.require('checkout_details', session.id));
  tx.update('checkout.session', session, { payment_intent: intent.id });
  confirmPayment(tx, intent, confirmation);
}

/** Keeps what was typed, makes the customer that the session asks for, and gives a known one an address that it lacks. */
function noteCustomer(tx: Transaction, session: Session, { email, name }: Entered): void {
  const details = tx.require('checkout_details', session.id);
  const known = session.customer ?? details.customer;
  const wanted = known === null && session.customer_creation === 'always';
  const made = wanted ? callApi(tx, 'POST /v1/customers', { params: { email, name } }) : undefined;
  tx.update('checkout_details', details, {
    entered: { email, name },
    customer: made?.id ?? details.customer,
  });
  const customer = session.customer === null ? undefined : tx.get('customer', session.customer as string);
  if (customer && !customer.deleted && !customer.email)
    callApi(tx, 'POST /v1/customers/{customer}', { params: { email }, ids: [customer.id] });
}

/** By paying on the page the customer accepts the mandate that it shows. */
function accepted({ userAgent }: Entered): Stripe.PaymentIntentConfirmParams.MandateData {
  return {
    customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: userAgent } },
  };
}
