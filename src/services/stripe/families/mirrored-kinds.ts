import { type EventType, kind, type MirroredKind } from './mirrored-kind.js';

const CARD_OR_BANK = [
  'id',
  'object',
  'account',
  'customer',
  'country',
  'currency',
  'last4',
  'status',
] as const;
const SOURCE_EVENTS = [
  'customer.source.created',
  'customer.source.deleted',
  'customer.source.expiring',
  'customer.source.updated',
] as const;
const EXTERNAL_ACCOUNT_EVENTS = [
  'account.external_account.created',
  'account.external_account.deleted',
  'account.external_account.updated',
] as const;

/**
 * The kinds of Stripe objects that are kept as they are: those that stripe-sync-engine 0.48.5 mirrors and no family of ours
 * reads, and what payouts, marketplaces and reports rest on. A kind that something is done with gets a family and leaves here.
 */
export const mirroredKinds: readonly MirroredKind[] = [
  kind({
    object: 'account',
    events: ['account.updated'],
    paths: ['/v1/accounts/{id}'],
    without: [
      ...['company', 'email', 'external_accounts', 'individual', 'tos_acceptance'],
      ...['business_profile.support_address', 'business_profile.support_email'],
      'business_profile.support_phone',
    ],
  }),
  kind({
    object: 'application_fee',
    events: ['application_fee.created', 'application_fee.refunded'],
    paths: ['/v1/application_fees/{id}'],
  }),
  kind({ object: 'balance_transaction', events: [], paths: ['/v1/balance_transactions/{id}'] }),
  kind({
    object: 'bank_account',
    events: [...EXTERNAL_ACCOUNT_EVENTS, ...SOURCE_EVENTS],
    paths: ['/v1/accounts/{account}/external_accounts/{id}', '/v1/customers/{customer}/sources/{id}'],
    deletable: true,
    only: [...CARD_OR_BANK, 'account_type', 'available_payout_methods', 'bank_name', 'default_for_currency'],
  }),
  kind({
    object: 'capability',
    events: ['capability.updated'],
    paths: ['/v1/accounts/{account}/capabilities/{id}'],
  }),
  kind({
    object: 'card',
    events: [...EXTERNAL_ACCOUNT_EVENTS, ...SOURCE_EVENTS],
    paths: ['/v1/accounts/{account}/external_accounts/{id}', '/v1/customers/{customer}/sources/{id}'],
    deletable: true,
    only: [
      ...CARD_OR_BANK,
      ...['available_payout_methods', 'brand', 'default_for_currency', 'exp_month', 'exp_year', 'funding'],
    ],
  }),
  kind({
    object: 'credit_note',
    events: ['credit_note.created', 'credit_note.updated', 'credit_note.voided'],
    paths: ['/v1/credit_notes/{id}'],
    // A note that is void is not issued again.
    ranks: { issued: 1, void: 2 },
    without: ['pdf'],
  }),
  kind({
    object: 'customer_cash_balance_transaction',
    events: ['customer_cash_balance_transaction.created'],
    paths: ['/v1/customers/{customer}/cash_balance_transactions/{id}'],
    without: ['funded.bank_transfer'],
  }),
  // No ranks: an inquiry that was closed may become a dispute, and one that was lost may still be won.
  kind({
    object: 'dispute',
    events: [
      'charge.dispute.closed',
      'charge.dispute.created',
      'charge.dispute.funds_reinstated',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
    ],
    paths: ['/v1/disputes/{id}'],
    without: ['evidence', 'payment_method_details.paypal'],
    besidePayment: true,
  }),
  kind({
    object: 'entitlements.active_entitlement',
    events: [],
    paths: ['/v1/entitlements/active_entitlements/{id}'],
  }),
  kind({ object: 'entitlements.feature', events: [], paths: ['/v1/entitlements/features/{id}'] }),
  kind({
    object: 'fee_refund',
    events: ['application_fee.refund.updated'],
    paths: ['/v1/application_fees/{fee}/refunds/{id}'],
  }),
  kind({
    object: 'invoice',
    events: [
      'invoice.created',
      'invoice.deleted',
      'invoice.finalization_failed',
      'invoice.finalized',
      'invoice.marked_uncollectible',
      'invoice.overdue',
      'invoice.paid',
      'invoice.payment_action_required',
      'invoice.payment_failed',
      'invoice.payment_succeeded',
      'invoice.sent',
      'invoice.updated',
      'invoice.voided',
      'invoice.will_be_due',
    ],
    paths: ['/v1/invoices/{id}'],
    deletable: true,
    // Nothing is a draft again. Paid is no end: an invoice opens again when its payment is taken off it.
    ranks: { draft: 1, open: 2, paid: 2, uncollectible: 2, void: 3 },
    without: [
      ...['customer_address', 'customer_email', 'customer_name', 'customer_phone', 'customer_shipping'],
      ...['customer_tax_ids', 'hosted_invoice_url', 'invoice_pdf', 'shipping_details'],
    ],
  }),
  kind({
    object: 'invoiceitem',
    events: ['invoiceitem.created', 'invoiceitem.deleted'],
    paths: ['/v1/invoiceitems/{id}'],
    deletable: true,
  }),
  kind({
    object: 'mandate',
    events: ['mandate.updated'],
    paths: ['/v1/mandates/{id}'],
    without: ['customer_acceptance', 'payment_method_details'],
  }),
  kind({
    object: 'payment_link',
    events: ['payment_link.created', 'payment_link.updated'],
    paths: ['/v1/payment_links/{id}'],
  }),
  // No ranks: a payout that was paid may still fail.
  kind({
    object: 'payout',
    events: [
      'payout.canceled',
      'payout.created',
      'payout.failed',
      'payout.paid',
      'payout.reconciliation_completed',
      'payout.updated',
    ],
    paths: ['/v1/payouts/{id}'],
  }),
  kind({
    object: 'person',
    events: ['person.created', 'person.deleted', 'person.updated'],
    paths: ['/v1/accounts/{account}/persons/{id}'],
    deletable: true,
    only: ['id', 'object', 'account', 'created', 'requirements', 'future_requirements'],
  }),
  kind({
    object: 'plan',
    events: ['plan.created', 'plan.deleted', 'plan.updated'],
    paths: ['/v1/plans/{id}'],
    deletable: true,
  }),
  kind({
    object: 'price',
    events: ['price.created', 'price.deleted', 'price.updated'],
    paths: ['/v1/prices/{id}'],
    deletable: true,
  }),
  kind({
    object: 'product',
    events: ['product.created', 'product.deleted', 'product.updated'],
    paths: ['/v1/products/{id}'],
    deletable: true,
  }),
  kind({
    object: 'quote',
    events: ['quote.accepted', 'quote.canceled', 'quote.created', 'quote.finalized'],
    paths: ['/v1/quotes/{id}'],
    ranks: { draft: 1, open: 2, accepted: 3, canceled: 3 },
  }),
  kind({
    object: 'radar.early_fraud_warning',
    events: ['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'],
    paths: ['/v1/radar/early_fraud_warnings/{id}'],
    besidePayment: true,
  }),
  kind({
    object: 'review',
    events: ['review.closed', 'review.opened'],
    paths: ['/v1/reviews/{id}'],
    without: ['billing_zip', 'ip_address', 'ip_address_location', 'session'],
    besidePayment: true,
  }),
  kind({
    object: 'source',
    events: [
      ...SOURCE_EVENTS,
      ...(['source.canceled', 'source.chargeable', 'source.failed'] as const),
      'source.refund_attributes_required',
    ],
    paths: ['/v1/sources/{id}'],
    only: [
      ...['id', 'object', 'amount', 'created', 'currency', 'customer', 'flow', 'livemode', 'status', 'type'],
      'usage',
    ],
  }),
  kind({
    object: 'subscription',
    events: [
      'customer.subscription.created',
      'customer.subscription.deleted',
      'customer.subscription.paused',
      'customer.subscription.pending_update_applied',
      'customer.subscription.pending_update_expired',
      'customer.subscription.resumed',
      'customer.subscription.trial_will_end',
      'customer.subscription.updated',
    ],
    paths: ['/v1/subscriptions/{id}'],
    // `customer.subscription.deleted` tells of a status: the object stays. Incomplete is only how one begins.
    ranks: {
      incomplete: 1,
      ...{ active: 2, past_due: 2, paused: 2, trialing: 2, unpaid: 2 },
      ...{ canceled: 3, incomplete_expired: 3 },
    },
  }),
  kind({
    object: 'subscription_schedule',
    events: [
      'subscription_schedule.aborted',
      'subscription_schedule.canceled',
      'subscription_schedule.completed',
      'subscription_schedule.created',
      'subscription_schedule.expiring',
      'subscription_schedule.released',
      'subscription_schedule.updated',
    ],
    paths: ['/v1/subscription_schedules/{id}'],
    ranks: { not_started: 1, active: 2, canceled: 3, completed: 3, released: 3 },
  }),
  kind({
    object: 'tax_id',
    events: ['customer.tax_id.created', 'customer.tax_id.deleted', 'customer.tax_id.updated'],
    paths: ['/v1/customers/{customer}/tax_ids/{id}', '/v1/tax_ids/{id}'],
    deletable: true,
    without: ['value', 'verification.verified_address', 'verification.verified_name'],
  }),
  kind({
    object: 'tax_rate',
    events: ['tax_rate.created', 'tax_rate.updated'],
    paths: ['/v1/tax_rates/{id}'],
  }),
  kind({
    object: 'topup',
    events: ['topup.canceled', 'topup.created', 'topup.failed', 'topup.reversed', 'topup.succeeded'],
    paths: ['/v1/topups/{id}'],
    // Nothing is pending again.
    ranks: { pending: 1, canceled: 2, failed: 2, reversed: 2, succeeded: 2 },
    without: ['source'],
  }),
  kind({
    object: 'transfer',
    events: ['transfer.created', 'transfer.reversed', 'transfer.updated'],
    paths: ['/v1/transfers/{id}'],
  }),
];

/**
 * Events whose object has no id, no path that reads it, or no existence yet: each is a fact, and its row in the inbox is
 * where it is kept.
 */
export const factEvents: readonly EventType[] = [
  // The application that a person let into an account, or shut out: only the event tells it.
  'account.application.authorized',
  'account.application.deauthorized',
  'balance.available',
  'cash_balance.funds_available',
  // A discount is read with what it is on.
  'customer.discount.created',
  'customer.discount.deleted',
  'customer.discount.updated',
  'entitlements.active_entitlement_summary.updated',
  // An invoice that is yet to be.
  'invoice.upcoming',
];
