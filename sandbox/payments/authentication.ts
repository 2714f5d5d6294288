import type Stripe from 'stripe';
import { docUrl } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import type { Card } from './cards.js';
import { type Intent, nameOf, unexpectedState } from './unexpected-state.js';

/** Whether the merchant asks for 3DS even where the bank would not. */
export function requests3ds(intent: Intent): boolean {
  const requested = intent.payment_method_options?.card?.request_three_d_secure;
  return requested === 'any' || requested === 'challenge';
}

interface Circumstances {
  /** The merchant asks for 3DS. */
  requested: boolean;
  offSession: boolean;
  /** The customer once authenticated later payments with this card. */
  setUp: boolean;
}

/** Whether a payment is not made before the bank has seen the customer. */
export function challengesPayment(
  { authentication }: Card,
  { requested, offSession, setUp }: Circumstances,
): boolean {
  if (authentication === 'always') return true;
  if (authentication === 'unless_set_up') return !offSession || !setUp;
  if (authentication === 'set_up') return !offSession;
  return authentication === 'optional' && requested && !offSession;
}

/** The same for a setup, whose customer is always there. */
export function challengesSetup(
  { authentication }: Card,
  { requested }: Pick<Circumstances, 'requested'>,
): boolean {
  if (authentication === 'always' || authentication === 'unless_set_up') return true;
  return (authentication === 'optional' || authentication === 'set_up') && requested;
}

/** What the bank has said of a customer it has seen. */
export const AUTHENTICATED = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  result: 'authenticated',
  version: '2.2.0',
} as const;

export function isSetUp(tx: Transaction, { id }: Stripe.PaymentMethod): boolean {
  return tx.require('test_card', id).setUp ?? false;
}

export function rememberSetUp(tx: Transaction, { id }: Stripe.PaymentMethod): void {
  tx.update('test_card', tx.require('test_card', id), { setUp: true });
}

/** An intent with `confirmation_method: manual` is authenticated first, and paid when its server confirms it again. */
export function isAuthenticatedFor(tx: Transaction, { id }: Stripe.PaymentMethod, intent: Intent): boolean {
  return tx.require('test_card', id).authenticatedFor === intent.id;
}

export function rememberAuthentication(
  tx: Transaction,
  { id }: Stripe.PaymentMethod,
  intent: Intent | null,
): void {
  tx.update('test_card', tx.require('test_card', id), { authenticatedFor: intent?.id ?? null });
}

/** The method that the bank's page is about. */
export function methodWaiting(tx: Transaction, intent: Intent): Stripe.PaymentMethod {
  if (intent.status !== 'requires_action')
    throw unexpectedState(
      intent,
      `This ${nameOf(intent)} has the status ${intent.status}: no authentication is waiting.`,
    );
  return tx.require('payment_method', intent.payment_method as string);
}

/** The customer failed, or refused, on the bank's page. */
export function authenticationFailure(intent: Intent, paymentMethod: Stripe.PaymentMethod) {
  const code = `${intent.object}_authentication_failure` as const;
  return {
    code,
    doc_url: docUrl(code),
    message: `The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this ${nameOf(intent)} again.`,
    payment_method: paymentMethod,
    type: 'invalid_request_error' as const,
  };
}
