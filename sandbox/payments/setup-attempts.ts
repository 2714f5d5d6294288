import type Stripe from 'stripe';
import { type Machine, operation } from '../http/router.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';
import { AUTHENTICATED } from './authentication.js';

/** Opens the attempt that a confirmation makes. The one before it, if it still waits, is abandoned. */
export function newAttempt(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  paymentMethod: Stripe.PaymentMethod,
): Stripe.SetupAttempt {
  abandonAttempt(tx, intent);
  return tx.put('setup_attempt', {
    ...skeleton<Stripe.SetupAttempt>('SetupAttempt'),
    id: tx.nextId('setatt'),
    created: tx.now,
    customer: intent.customer,
    livemode: false,
    payment_method: paymentMethod.id,
    payment_method_details: detailsOf(paymentMethod),
    setup_intent: intent.id,
    status: 'processing',
    usage: intent.usage,
  });
}

function detailsOf({ card, type }: Stripe.PaymentMethod): Stripe.SetupAttempt.PaymentMethodDetails {
  if (!card) return { [type]: {}, type };
  return {
    card: {
      ...skeleton<Stripe.SetupAttempt.PaymentMethodDetails.Card>('SetupAttempt.PaymentMethodDetails.Card'),
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      last4: card.last4,
      network: card.networks?.available[0] ?? card.brand,
    },
    type,
  };
}

/** Says what has become of an intent's latest attempt. */
export function concludeAttempt(
  tx: Transaction,
  intent: Stripe.SetupIntent,
  patch: Partial<Stripe.SetupAttempt>,
): void {
  tx.update('setup_attempt', tx.require('setup_attempt', intent.latest_attempt as string), patch);
}

export function abandonAttempt(tx: Transaction, intent: Stripe.SetupIntent): void {
  if (intent.status === 'requires_action') concludeAttempt(tx, intent, { status: 'abandoned' });
}

/** Writes the customer's authentication down. */
export function authenticateAttempt(tx: Transaction, intent: Stripe.SetupIntent): void {
  const { payment_method_details: details } = tx.require('setup_attempt', intent.latest_attempt as string);
  const blank = skeleton<Stripe.SetupAttempt.PaymentMethodDetails.Card.ThreeDSecure>(
    'SetupAttempt.PaymentMethodDetails.Card.ThreeDSecure',
  );
  const three_d_secure = { ...blank, ...AUTHENTICATED };
  const card = { ...details.card, three_d_secure } as Stripe.SetupAttempt.PaymentMethodDetails.Card;
  concludeAttempt(tx, intent, { payment_method_details: { ...details, card } });
}

export const setupAttempts: Machine = {
  'GET /v1/setup_attempts': operation<Stripe.SetupAttemptListParams>(({ tx, params, path }) => {
    const { id } = tx.find('setup_intent', params.setup_intent, 'setup_intent');
    return list(tx, {
      kind: 'setup_attempt',
      url: path,
      params,
      by: { field: 'setup_intent', value: id },
    });
  }),
};
