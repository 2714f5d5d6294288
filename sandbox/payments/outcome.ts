import type Stripe from 'stripe';
import { skeleton } from '../present/skeleton.js';
import type { Card, Decline } from './cards.js';

const SCORES = { normal: 36, elevated: 56, highest: 92 } as const;

/** What the networks and the fraud rules made of a payment. */
export function outcomeOf({
  card,
  decline,
}: {
  card?: Card;
  decline?: Decline | undefined;
} = {}): Stripe.Charge.Outcome {
  const level = card?.risk ?? 'normal';
  const risk = { risk_level: level, risk_score: SCORES[level] };
  return {
    ...skeleton<Stripe.Charge.Outcome>('Charge.Outcome'),
    ...(level === 'highest' ? BLOCKED : decline ? refused(decline) : AUTHORIZED),
    ...risk,
  };
}

const AUTHORIZED = {
  network_status: 'approved_by_network',
  reason: null,
  seller_message: 'Payment complete.',
  type: 'authorized',
} as const;

const BLOCKED = {
  network_status: 'not_sent_to_network',
  reason: 'highest_risk_level',
  seller_message: 'Stripe blocked this payment as too risky.',
  type: 'blocked',
} as const;

function refused({ declineCode, code }: Decline) {
  return {
    network_status: 'declined_by_network',
    reason: declineCode ?? code,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  } as const;
}
