import { contract } from '../contract/contract.js';
import { anyDefinition, type Fields, SAMPLE_AMOUNT, SAMPLE_TIME, type Sampler } from './sample.js';

/** Fields that make an object of this kind plausible after this event. */
type Story = (sampler: Sampler, verb: string) => Fields;

const DAY = 86_400;
const amount = SAMPLE_AMOUNT;
const currency = 'usd';

const DECLINE = {
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: 'Your card was declined.',
};

const ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
const BILLING = { address: ADDRESS, email: null, name: null, phone: null };
const CHECKS = { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' };

function paymentMethod(sampler: Sampler, verb: string): Fields {
  return {
    allow_redisplay: 'unspecified',
    billing_details: BILLING,
    card: sampler.build('PaymentMethod.Card', {
      brand: 'visa',
      checks: CHECKS,
      country: 'US',
      display_brand: 'visa',
      funding: 'credit',
      generated_from: null,
      networks: { available: ['visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    }),
    customer: ['attached', 'updated', 'automatically_updated'].includes(verb)
      ? sampler.idOf('Customer')
      : null,
    type: 'card',
  };
}

const INTENT_STATUS: Record<string, string> = {
  amount_capturable_updated: 'requires_capture',
  canceled: 'canceled',
  partially_funded: 'requires_action',
  processing: 'processing',
  requires_action: 'requires_action',
  succeeded: 'succeeded',
};

function paymentIntent(sampler: Sampler, verb: string): Fields {
  const status = INTENT_STATUS[verb] ?? 'requires_payment_method';
  const failed = verb === 'payment_failed';
  const charged = ['succeeded', 'requires_capture'].includes(status) || failed;
  const id = sampler.idOf('PaymentIntent');
  return {
    id,
    amount,
    amount_capturable: status === 'requires_capture' ? amount : 0,
    amount_details: { tip: {} },
    amount_received: status === 'succeeded' ? amount : 0,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: status === 'canceled' ? SAMPLE_TIME : null,
    cancellation_reason: status === 'canceled' ? 'requested_by_customer' : null,
    capture_method: status === 'requires_capture' ? 'manual' : 'automatic_async',
    client_secret: sampler.secret(id),
    confirmation_method: 'automatic',
    last_payment_error: failed
      ? {
          ...DECLINE,
          charge: sampler.idOf('Charge'),
          doc_url: 'https://stripe.com/docs/error-codes/card-declined',
          payment_method: sampler.build('PaymentMethod', paymentMethod(sampler, '')),
          type: 'card_error',
        }
      : null,
    latest_charge: charged ? sampler.idOf('Charge') : null,
    next_action: status === 'requires_action' ? redirect() : null,
    payment_method: status === 'requires_payment_method' ? null : sampler.idOf('PaymentMethod'),
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    status,
  };
}

function redirect(): Fields {
  const redirect_to_url = {
    return_url: 'https://example.com/return',
    url: 'https://hooks.stripe.com/redirect',
  };
  return { redirect_to_url, type: 'redirect_to_url' };
}

function charge(sampler: Sampler, verb: string): Fields {
  const failed = verb === 'failed';
  const refunded = ['refunded', 'expired'].includes(verb) ? amount : 0;
  const captured = !failed && verb !== 'expired' && verb !== 'pending';
  return {
    amount,
    amount_captured: captured ? amount : 0,
    amount_refunded: refunded,
    balance_transaction: captured && verb !== 'succeeded' ? sampler.idOf('BalanceTransaction') : null,
    billing_details: BILLING,
    calculated_statement_descriptor: 'EXAMPLE',
    captured,
    failure_code: failed ? DECLINE.code : null,
    failure_message: failed ? DECLINE.message : null,
    fraud_details: {},
    outcome: sampler.build('Charge.Outcome', {
      network_status: failed ? 'declined_by_network' : 'approved_by_network',
      reason: failed ? DECLINE.decline_code : null,
      risk_level: 'normal',
      risk_score: 36,
      seller_message: failed
        ? 'The bank did not return any further details with this decline.'
        : 'Payment complete.',
      type: failed ? 'issuer_declined' : 'authorized',
    }),
    paid: !failed && verb !== 'pending',
    payment_intent: sampler.idOf('PaymentIntent'),
    payment_method: sampler.idOf('PaymentMethod'),
    payment_method_details: { card: chargedCard(sampler), type: 'card' },
    radar_options: {},
    receipt_url: failed ? null : 'https://pay.stripe.com/receipts/payment/example',
    refunded: refunded === amount,
    status: failed ? 'failed' : verb === 'pending' ? 'pending' : 'succeeded',
  };
}

function chargedCard(sampler: Sampler): Fields {
  return sampler.build('Charge.PaymentMethodDetails.Card', {
    amount_authorized: amount,
    brand: 'visa',
    checks: CHECKS,
    country: 'US',
    exp_month: 12,
    exp_year: 2034,
    funding: 'credit',
    last4: '4242',
    network: 'visa',
  });
}

const dispute: Story = (sampler, verb) => ({
  amount,
  balance_transactions: ['funds_withdrawn', 'closed'].includes(verb) ? [withdrawal(sampler)] : [],
  charge: sampler.idOf('Charge'),
  evidence_details: { ...evidenceDetails(sampler), due_by: SAMPLE_TIME + 7 * DAY },
  payment_intent: sampler.idOf('PaymentIntent'),
  reason: 'fraudulent',
  status: verb === 'closed' ? 'lost' : verb === 'funds_reinstated' ? 'won' : 'needs_response',
});

function evidenceDetails(sampler: Sampler): Fields {
  return sampler.build('Dispute.EvidenceDetails');
}

function withdrawal(sampler: Sampler): Fields {
  return sampler.build('BalanceTransaction', {
    amount: -amount,
    fee: 1500,
    fee_details: [
      { amount: 1500, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' },
    ],
    net: -amount - 1500,
    reporting_category: 'dispute',
    source: sampler.idOf('Dispute'),
    status: 'available',
    type: 'adjustment',
  });
}

const refund: Story = (sampler, verb) => ({
  amount,
  balance_transaction: sampler.idOf('BalanceTransaction'),
  charge: sampler.idOf('Charge'),
  destination_details: {
    card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    type: 'card',
  },
  payment_intent: sampler.idOf('PaymentIntent'),
  status: verb === 'failed' ? 'failed' : 'succeeded',
  ...(verb === 'failed' && {
    failure_balance_transaction: sampler.id('txn_failure'),
    failure_reason: 'expired_or_canceled_card',
  }),
});

const setupIntent: Story = (sampler, verb) => {
  const failed = verb === 'setup_failed';
  const waiting = failed || verb === 'created';
  const id = sampler.idOf('SetupIntent');
  return {
    id,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    cancellation_reason: verb === 'canceled' ? 'abandoned' : null,
    client_secret: sampler.secret(id),
    last_setup_error: failed
      ? {
          ...DECLINE,
          payment_method: sampler.build('PaymentMethod', paymentMethod(sampler, '')),
          type: 'card_error',
        }
      : null,
    next_action: verb === 'requires_action' ? redirect() : null,
    payment_method: waiting ? null : sampler.idOf('PaymentMethod'),
    payment_method_types: ['card'],
    status: waiting ? 'requires_payment_method' : verb,
    usage: 'off_session',
  };
};

const checkoutSession: Story = (sampler, verb) => {
  const expired = verb === 'expired';
  const unpaid = expired || verb === 'async_payment_failed';
  return {
    amount_subtotal: amount,
    amount_total: amount,
    cancel_url: 'https://example.com/cancel',
    currency,
    expires_at: SAMPLE_TIME + DAY,
    mode: 'payment',
    payment_intent: expired ? null : sampler.idOf('PaymentIntent'),
    payment_method_types: ['card'],
    payment_status: unpaid ? 'unpaid' : 'paid',
    status: expired ? 'expired' : 'complete',
    success_url: 'https://example.com/success',
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  };
};

const invoice: Story = (sampler, verb) => {
  const status = invoiceStatus(verb);
  const paid = status === 'paid';
  return {
    // An upcoming invoice does not exist yet, whatever its type says.
    ...(verb === 'upcoming' && { id: undefined }),
    amount_due: amount,
    amount_paid: paid ? amount : 0,
    amount_remaining: paid ? 0 : amount,
    attempt_count: paid || verb === 'payment_failed' ? 1 : 0,
    attempted: paid || verb === 'payment_failed',
    billing_reason: 'subscription_cycle',
    charge: paid ? sampler.idOf('Charge') : null,
    customer: sampler.idOf('Customer'),
    number: status === 'draft' ? null : 'EXAMPLE-0001',
    paid,
    payment_intent: status === 'draft' ? null : sampler.idOf('PaymentIntent'),
    status,
    subscription: sampler.idOf('Subscription'),
    subtotal: amount,
    total: amount,
  };
};

function invoiceStatus(verb: string): string {
  if (verb === 'paid' || verb === 'payment_succeeded') return 'paid';
  if (verb === 'voided') return 'void';
  if (verb === 'marked_uncollectible') return 'uncollectible';
  return ['created', 'deleted', 'upcoming'].includes(verb) ? 'draft' : 'open';
}

const subscription: Story = (sampler, verb) => {
  const item = sampler.build('SubscriptionItem', {
    plan: sampler.build('Plan', { amount, interval: 'month', interval_count: 1 }),
    price: sampler.build('Price', price(sampler, '')),
    quantity: 1,
  });
  const ended = verb === 'deleted';
  return {
    canceled_at: ended ? SAMPLE_TIME : null,
    current_period_end: SAMPLE_TIME + 31 * DAY,
    current_period_start: SAMPLE_TIME,
    ended_at: ended ? SAMPLE_TIME : null,
    items: { object: 'list', data: [item], has_more: false, url: '/v1/subscription_items' },
    latest_invoice: sampler.idOf('Invoice'),
    status: ended
      ? 'canceled'
      : verb === 'paused'
        ? 'paused'
        : verb === 'trial_will_end'
          ? 'trialing'
          : 'active',
    ...(verb === 'trial_will_end' && {
      trial_end: SAMPLE_TIME + 3 * DAY,
      trial_start: SAMPLE_TIME - 11 * DAY,
    }),
  };
};

const price: Story = () => ({
  active: true,
  billing_scheme: 'per_unit',
  recurring: {
    aggregate_usage: null,
    interval: 'month',
    interval_count: 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  },
  type: 'recurring',
  unit_amount: amount,
  unit_amount_decimal: String(amount),
});

const payout: Story = (sampler, verb) => ({
  arrival_date: SAMPLE_TIME + 2 * DAY,
  automatic: true,
  balance_transaction: sampler.idOf('BalanceTransaction'),
  method: 'standard',
  source_type: 'card',
  type: 'bank_account',
  status: ['paid', 'failed', 'canceled'].includes(verb) ? verb : 'in_transit',
  ...(verb === 'failed' && {
    failure_balance_transaction: sampler.id('txn_failure'),
    failure_code: 'account_closed',
    failure_message: 'The bank account has been closed.',
  }),
});

const transfer: Story = (sampler, verb) => ({
  amount_reversed: verb === 'reversed' ? amount : 0,
  balance_transaction: sampler.idOf('BalanceTransaction'),
  destination: sampler.idOf('Account'),
  reversed: verb === 'reversed',
});

const STORIES: Record<string, Story> = {
  Account: () => ({
    charges_enabled: true,
    details_submitted: true,
    payouts_enabled: true,
    country: 'US',
    type: 'express',
  }),
  Charge: charge,
  'Checkout.Session': checkoutSession,
  Coupon: () => ({ duration: 'once', percent_off: 25, valid: true }),
  Customer: () => ({ email: 'jenny.rosen@example.com', name: 'Jenny Rosen' }),
  Dispute: dispute,
  Invoice: invoice,
  PaymentIntent: paymentIntent,
  PaymentMethod: paymentMethod,
  Payout: payout,
  Price: price,
  Product: () => ({ active: true, name: 'Gold plan', type: 'service' }),
  Refund: refund,
  SetupIntent: setupIntent,
  Subscription: subscription,
  Transfer: transfer,
};

/** Of several kinds, the one that people meet. */
const PREFERRED = 'Card';

/** The object of an event of this type, with every field that Stripe always sends. */
export function eventObject(type: string, sampler: Sampler): Fields {
  const kinds = contract.events[type]?.expands ?? [];
  const kind = kinds.includes(PREFERRED) ? PREFERRED : (kinds[0] ?? '');
  const verb = type.split('.').at(-1) ?? '';
  return sampler.build(kind, { ...plainStatus(kind, verb), ...STORIES[kind]?.(sampler, verb) });
}

/** `topup.failed` has the status `failed`, where Stripe names both alike. */
function plainStatus(kind: string, verb: string): Fields {
  return anyDefinition(kind)?.properties.status?.enum?.includes(verb) ? { status: verb } : {};
}
