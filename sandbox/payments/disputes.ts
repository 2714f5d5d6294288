import type Stripe from 'stripe';
import { at, type JobHandler, later } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { book, settlementCurrency, withStatus } from '../ledger/balance-transactions.js';
import { disputeFee } from '../ledger/currencies.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { bookNow } from './charges.js';
import { answerWarnings } from './early-fraud-warnings.js';
import { refuseUnbuilt } from './parameters.js';

const DAY = 86_400;
const DAYS_TO_ANSWER = 15;

/** What the networks call it; other brands and reasons have none here. */
const NETWORK_CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  amex: { fraudulent: 'F29', product_not_received: 'C08' },
  mastercard: { fraudulent: '4837', product_not_received: '4853' },
  visa: { fraudulent: '10.4', product_not_received: '13.1' },
};

const REASONS = [
  'credit_not_processed',
  'duplicate',
  'fraudulent',
  'general',
  'product_not_received',
  'product_unacceptable',
  'subscription_canceled',
  'unrecognized',
];

/** An inquiry asks first, and moves no money. */
function isInquiry({ status }: Stripe.Dispute): boolean {
  return status.startsWith('warning_');
}

function isOpen({ status }: Stripe.Dispute): boolean {
  return !['lost', 'warning_closed', 'won'].includes(status);
}

/** Whether one of the charge's disputes forbids to refund it. */
export function refusesRefunds(tx: Transaction, charge: Stripe.Charge): boolean {
  if (!charge.disputed) return false;
  for (const dispute of tx.newest('dispute', 'charge', charge.id))
    if (dispute.charge === charge.id && !dispute.is_charge_refundable) return true;
  return false;
}

export const openDispute: JobHandler = (tx, { charge = '', as = '' }) => {
  const { disputed, refunded } = tx.require('charge', charge);
  if (disputed || refunded) return;
  const inquiry = as === 'inquiry';
  dispute(tx, charge, { reason: inquiry ? 'fraudulent' : as, inquiry });
};

/** The cardholder asks the bank for the money. Throws when the charge cannot be disputed. */
export function dispute(
  tx: Transaction,
  chargeId: string,
  { reason = 'fraudulent', inquiry = false }: { reason?: string; inquiry?: boolean } = {},
): Stripe.Dispute {
  if (!REASONS.includes(reason))
    throw invalidRequest(`no reason for a dispute: ${reason}; there are: ${REASONS.join(', ')}`);
  const found = tx.find('charge', chargeId);
  if (found.status !== 'succeeded' || !found.captured || found.refunded || found.disputed)
    throw invalidRequest(`The charge ${chargeId} has no money that could be disputed.`);
  // A dispute has balance transactions of its own, so the charge's comes first.
  const charge = bookNow(tx, chargeId);
  const disputed = tx.update('charge', charge, { disputed: true });
  answerWarnings(tx, disputed);
  const opened = tx.put('dispute', newDispute(tx, charge, { reason, inquiry }));
  const due = (opened.evidence_details.due_by ?? tx.now) + 1;
  at(tx, { id: dueOf(opened), name: 'dispute_due', due: due * 1000, data: { dispute: opened.id } });
  if (inquiry) {
    emit(tx, 'charge.dispute.created', opened);
    return opened;
  }
  const withdrawn = withdraw(tx, opened);
  emit(tx, 'charge.dispute.created', withdrawn);
  emit(tx, 'charge.dispute.funds_withdrawn', withdrawn);
  return withdrawn;
}

/** The job of its last day. */
function dueOf({ id }: Stripe.Dispute): string {
  return `due:${id}`;
}

function newDispute(
  tx: Transaction,
  charge: Stripe.Charge,
  { reason, inquiry }: { reason: string; inquiry: boolean },
): Stripe.Dispute {
  const card = charge.payment_method_details?.card;
  return {
    ...skeleton<Stripe.Dispute>('Dispute'),
    id: tx.nextId('du'),
    amount: charge.amount - charge.amount_refunded,
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    evidence: { ...skeleton<Stripe.Dispute.Evidence>('Dispute.Evidence'), enhanced_evidence: {} },
    evidence_details: {
      due_by: tx.now - (tx.now % DAY) + (DAYS_TO_ANSWER + 1) * DAY - 1,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: inquiry,
    livemode: false,
    payment_intent: charge.payment_intent as string | null,
    ...(card && {
      payment_method_details: {
        card: {
          brand: card.brand ?? 'visa',
          case_type: inquiry ? 'inquiry' : 'chargeback',
          network_reason_code: NETWORK_CODES[card.brand ?? '']?.[reason] ?? null,
        },
        type: 'card',
      },
    }),
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
}

/** The bank takes the money at once, and Stripe its fee. */
function withdraw(tx: Transaction, current: Stripe.Dispute): Stripe.Dispute {
  const fee = disputeFee(settlementCurrency(tx));
  const booked = book(tx, {
    type: 'adjustment',
    category: 'dispute',
    amount: -current.amount,
    currency: current.currency,
    source: current.id,
    description: `Chargeback withdrawal for ${current.charge}`,
    fee: { amount: fee, description: 'Dispute fee' },
  });
  return withBooking(tx, current, booked);
}

function reinstate(tx: Transaction, current: Stripe.Dispute): Stripe.Dispute {
  const fee = disputeFee(settlementCurrency(tx));
  const booked = book(tx, {
    type: 'adjustment',
    category: 'dispute_reversal',
    amount: current.amount,
    currency: current.currency,
    source: current.id,
    description: `Chargeback reversal for ${current.charge}`,
    fee: { amount: -fee, description: 'Dispute fee refund' },
  });
  return withBooking(tx, current, booked);
}

function withBooking(
  tx: Transaction,
  current: Stripe.Dispute,
  booked: Stripe.BalanceTransaction,
): Stripe.Dispute {
  const balance_transactions = [...current.balance_transactions, withStatus(booked, tx.now)];
  return tx.update('dispute', current, { balance_transactions });
}

/** Files cannot be uploaded here, so evidence is text. */
const FILES = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'enhanced_evidence',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
];

function update({ tx, params, ids }: Call<Stripe.DisputeUpdateParams>): ApiObject {
  const { evidence, metadata, submit = evidence !== undefined } = params;
  if (evidence) refuseUnbuilt(evidence, FILES);
  const current = tx.find('dispute', ids[0] ?? '');
  if ((evidence !== undefined || submit) && !current.status.endsWith('needs_response'))
    throw invalidRequest(
      `The dispute ${current.id} has a status of ${current.status}: it takes no more evidence.`,
    );
  const given = { ...current.evidence, ...evidence } as Stripe.Dispute.Evidence;
  const { submission_count } = current.evidence_details;
  const changed = tx.update('dispute', current, {
    evidence: given,
    evidence_details: {
      ...current.evidence_details,
      has_evidence: Object.values(given).some((value) => typeof value === 'string'),
      submission_count: submission_count + (submit ? 1 : 0),
    },
    metadata: mergeMetadata(current.metadata, metadata),
    ...(submit && { status: isInquiry(current) ? 'warning_under_review' : 'under_review' }),
  });
  emitUpdate(tx, 'charge.dispute.updated', { from: current, to: changed });
  if (submit && decides(changed)) later(tx, 'decide_dispute', { dispute: changed.id });
  return shown(tx, changed);
}

/** Words of evidence that decide, as at Stripe's test mode. Only an inquiry can be escalated. */
function decides(dispute: Stripe.Dispute): boolean {
  const { uncategorized_text: text } = dispute.evidence;
  if (text === 'escalate_inquiry_evidence') return isInquiry(dispute);
  return text === 'losing_evidence' || text === 'winning_evidence';
}

export const decideDispute: JobHandler = (tx, { dispute: id = '' }) => {
  const current = tx.require('dispute', id);
  if (!isOpen(current)) return;
  const { uncategorized_text: text } = current.evidence;
  if (isInquiry(current)) {
    if (text === 'escalate_inquiry_evidence') escalate(tx, current);
    else lose(tx, current);
  } else if (text === 'winning_evidence') win(tx, current);
  else lose(tx, current);
};

/** Nobody answered the bank in time. */
export const disputeDue: JobHandler = (tx, { dispute: id = '' }) => {
  const current = tx.require('dispute', id);
  if (current.status.endsWith('needs_response')) lose(tx, current);
};

function win(tx: Transaction, current: Stripe.Dispute): void {
  tx.remove('job', dueOf(current));
  const won = reinstate(tx, tx.update('dispute', current, { status: 'won', is_charge_refundable: true }));
  emit(tx, 'charge.dispute.funds_reinstated', won);
  emit(tx, 'charge.dispute.closed', won);
}

/** The customer keeps the money. An inquiry, which moved none, is over. */
function lose(tx: Transaction, current: Stripe.Dispute): Stripe.Dispute {
  tx.remove('job', dueOf(current));
  const lost = tx.update('dispute', current, { status: isInquiry(current) ? 'warning_closed' : 'lost' });
  emit(tx, 'charge.dispute.closed', lost);
  return lost;
}

/** The inquiry becomes a chargeback. */
function escalate(tx: Transaction, current: Stripe.Dispute): void {
  const { card } = current.payment_method_details ?? {};
  const chargeback = tx.update('dispute', current, {
    is_charge_refundable: false,
    status: 'needs_response',
    ...(card && {
      payment_method_details: { card: { ...card, case_type: 'chargeback' }, type: 'card' },
    }),
  });
  const withdrawn = withdraw(tx, chargeback);
  emitUpdate(tx, 'charge.dispute.updated', { from: current, to: withdrawn });
  emit(tx, 'charge.dispute.funds_withdrawn', withdrawn);
}

function close({ tx, ids }: Call<unknown>): ApiObject {
  const current = tx.find('dispute', ids[0] ?? '');
  if (!current.status.endsWith('needs_response'))
    throw invalidRequest(
      `The dispute ${current.id} has a status of ${current.status}: only one that needs a response can be closed.`,
    );
  return shown(tx, lose(tx, current));
}

/** Its balance transactions become available in time. */
function shown(tx: Transaction, current: Stripe.Dispute): Stripe.Dispute {
  const { balance_transactions: booked } = current;
  const now = booked.map(({ id }) => withStatus(tx.require('balance_transaction', id), tx.now));
  return { ...current, balance_transactions: now };
}

export const disputes: Machine = {
  'GET /v1/disputes': operation<Stripe.DisputeListParams>(({ tx, params, path }) => {
    const by =
      params.charge === undefined
        ? { field: 'payment_intent', value: params.payment_intent }
        : { field: 'charge', value: params.charge };
    const { payment_intent: intent } = params;
    const page = list(tx, {
      kind: 'dispute',
      url: path,
      params,
      by,
      where: (found) => (intent ?? found.payment_intent) === found.payment_intent,
    });
    return { ...page, data: page.data.map((found) => shown(tx, found as Stripe.Dispute)) } as ApiObject;
  }),
  'GET /v1/disputes/{dispute}': ({ tx, ids }) => shown(tx, tx.find('dispute', ids[0] ?? '')),
  'POST /v1/disputes/{dispute}': operation(update),
  'POST /v1/disputes/{dispute}/close': operation(close),
};
