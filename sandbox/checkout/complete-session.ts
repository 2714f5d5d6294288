import type Stripe from 'stripe';
import { redeem } from '../catalogue/redemptions.js';
import type { JobHandler } from '../clock/jobs.js';
import { emit } from '../events/emit.js';
import type { ApiObject } from '../store/kinds.js';
import type { Reaction, Transaction } from '../store/transaction.js';
import { cancelIntents } from './session-intents.js';

type Session = Stripe.Checkout.Session;

/** The customer is done, though a delayed payment may still come or fail. */
export function completeSession(
  tx: Transaction,
  session: Session,
  payment_status: Session['payment_status'],
): Session {
  const details = tx.require('checkout_details', session.id);
  const { email, name } = details.entered;
  const known = session.customer_details;
  const completed = tx.update('checkout.session', session, {
    customer: session.customer ?? details.customer,
    customer_details: {
      address: {
        city: null,
        country: tx.account.country ?? null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
      },
      email: known?.email ?? email,
      name,
      phone: null,
      tax_exempt: known?.tax_exempt ?? 'none',
      tax_ids: [],
    },
    payment_status,
    status: 'complete',
    url: null,
  });
  if (details.discount)
    redeem(tx, { coupon: details.discount.coupon.id, promotionCode: details.discount.promotionCode });
  emit(tx, 'checkout.session.completed', completed);
  return completed;
}

/** Only an open session expires. */
export function expireSession(tx: Transaction, session: Session): Session {
  const expired = tx.update('checkout.session', session, { status: 'expired', url: null });
  cancelIntents(tx, expired);
  emit(tx, 'checkout.session.expired', expired);
  return expired;
}

/** The job of `expires_at`. */
export const expireCheckoutSession: JobHandler = (tx, { session: id = '' }) => {
  const session = tx.require('checkout.session', id);
  if (session.status === 'open') expireSession(tx, session);
};

function sessionOf(
  tx: Transaction,
  field: 'payment_intent' | 'setup_intent',
  id: string,
): Session | undefined {
  for (const session of tx.newest('checkout.session', field, id)) if (session[field] === id) return session;
  return undefined;
}

function paid(tx: Transaction, object: ApiObject): void {
  const intent = object as Stripe.PaymentIntent;
  const session = sessionOf(tx, 'payment_intent', intent.id);
  if (session?.status === 'open') completeSession(tx, session, 'paid');
  if (session?.status !== 'complete' || session.payment_status !== 'unpaid') return;
  const settled = tx.update('checkout.session', session, { payment_status: 'paid' });
  // The capture of a card payment is the seller's own doing, of which Checkout says nothing.
  if (intent.capture_method !== 'manual') emit(tx, 'checkout.session.async_payment_succeeded', settled);
}

function pending(tx: Transaction, { id = '' }: ApiObject): void {
  const session = sessionOf(tx, 'payment_intent', id);
  if (session?.status === 'open') completeSession(tx, session, 'unpaid');
}

function failed(tx: Transaction, { id = '' }: ApiObject): void {
  const session = sessionOf(tx, 'payment_intent', id);
  if (session?.status === 'complete' && session.payment_status === 'unpaid')
    emit(tx, 'checkout.session.async_payment_failed', session);
}

function saved(tx: Transaction, { id = '' }: ApiObject): void {
  const session = sessionOf(tx, 'setup_intent', id);
  if (session?.status === 'open') completeSession(tx, session, 'no_payment_required');
}

/** A session follows its intent, whoever moved that: the page, the bank's page, or time. */
export const checkoutReactions: Readonly<Record<string, Reaction>> = {
  'payment_intent.amount_capturable_updated': pending,
  'payment_intent.payment_failed': failed,
  'payment_intent.processing': pending,
  'payment_intent.succeeded': paid,
  'setup_intent.succeeded': saved,
};
