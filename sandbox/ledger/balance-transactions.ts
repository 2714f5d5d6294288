import type Stripe from 'stripe';
import { type Machine, operation } from '../http/router.js';
import { resourceMissing } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { addFunds } from './balance.js';
import { convert, exchangeRate, processingFee } from './currencies.js';

const DAY = 86_400;
/** Funds become available at midnight UTC, about a week later. */
const PENDING_DAYS = 7;

type Type = Stripe.BalanceTransaction.Type;

/** How Stripe's reports group the types. */
const CATEGORIES: Partial<Record<Type, string>> = {
  payment: 'charge',
  payment_failure_refund: 'charge_failure',
  payment_refund: 'refund',
};

interface Movement {
  type: Type;
  /** That of the type when left out. */
  category?: string | undefined;
  /** In the currency of the payment; negative when money leaves. */
  amount: number;
  currency: string;
  source: string;
  description: string | null;
  /** In the settlement currency: what Stripe takes, or gives back when negative. */
  fee?: { amount: number; description: string } | undefined;
  /** Now when left out. */
  availableOn?: number | undefined;
}

/** Books a movement in the settlement currency of the account. */
export function book(tx: Transaction, movement: Movement): Stripe.BalanceTransaction {
  const currency = settlementCurrency(tx);
  const amount = convert(movement.amount, movement.currency, currency);
  const { fee, availableOn = tx.now } = movement;
  const net = amount - (fee?.amount ?? 0);
  addFunds(tx, { currency, net, availableOn });
  return tx.put('balance_transaction', {
    ...skeleton<Stripe.BalanceTransaction>('BalanceTransaction'),
    id: tx.nextId('txn'),
    amount,
    available_on: availableOn,
    created: tx.now,
    currency,
    description: movement.description,
    exchange_rate: exchangeRate(movement.currency, currency),
    fee: fee?.amount ?? 0,
    fee_details: fee ? [feeDetail(fee, currency)] : [],
    net,
    reporting_category: movement.category ?? CATEGORIES[movement.type] ?? movement.type,
    source: movement.source,
    status: 'pending',
    type: movement.type,
  });
}

export function settlementCurrency(tx: Transaction): string {
  return tx.account.default_currency ?? 'usd';
}

/** What Stripe takes for a payment of this amount, in the settlement currency. */
export function paymentFee(tx: Transaction, amount: number, currency: string): number {
  const settlement = settlementCurrency(tx);
  return processingFee(convert(amount, currency, settlement), settlement);
}

/** When money that comes in today can be paid out. */
export function inAWeek(now: number): number {
  return now - (now % DAY) + PENDING_DAYS * DAY;
}

function feeDetail(
  { amount, description }: { amount: number; description: string },
  currency: string,
): Stripe.BalanceTransaction.FeeDetail {
  return { amount, application: null, currency, description, type: 'stripe_fee' };
}

/** `pending` becomes `available` when its day has come. */
export function withStatus(transaction: Stripe.BalanceTransaction, now: number): Stripe.BalanceTransaction {
  const status = transaction.available_on <= now ? 'available' : 'pending';
  return status === transaction.status ? transaction : { ...transaction, status };
}

function listAll(tx: Transaction, params: Stripe.BalanceTransactionListParams, path: string): ApiObject {
  const { currency, source, type, payout } = params;
  // No payout exists here yet.
  if (payout !== undefined) throw resourceMissing('payout', payout, 'payout');
  const page = list(tx, {
    kind: 'balance_transaction',
    url: path,
    params,
    by: { field: 'source', value: source },
    where: (found) =>
      (currency?.toLowerCase() ?? found.currency) === found.currency && (type ?? found.type) === found.type,
  });
  const data = page.data.map((found) => withStatus(found as Stripe.BalanceTransaction, tx.now));
  return { ...page, data } as ApiObject;
}

export const balanceTransactions: Machine = {
  'GET /v1/balance_transactions': operation<Stripe.BalanceTransactionListParams>(({ tx, params, path }) =>
    listAll(tx, params, path),
  ),
  'GET /v1/balance_transactions/{id}': ({ tx, ids }) =>
    withStatus(tx.find('balance_transaction', ids[0] ?? ''), tx.now),
};
