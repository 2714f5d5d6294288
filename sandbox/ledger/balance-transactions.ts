import type Stripe from 'stripe';
import { type Machine, operation } from '../http/router.js';
import { list } from '../present/list.js';
import { fromSkeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { convert, exchangeRate, processingFee } from './currencies.js';

const DAY = 86_400;
/** Funds become available at midnight UTC, about a week later. */
const PENDING_DAYS = 7;

interface Movement {
  type: 'charge' | 'refund';
  /** In the currency of the payment; negative when money leaves. */
  amount: number;
  currency: string;
  source: string;
  description: string | null;
  availableNow: boolean;
}

/** Books a movement in the settlement currency of the account. */
export function book(tx: Transaction, movement: Movement): Stripe.BalanceTransaction {
  const currency = tx.account.default_currency ?? 'usd';
  const amount = convert(movement.amount, movement.currency, currency);
  const fee = movement.type === 'charge' ? processingFee(amount, currency) : 0;
  return tx.put(
    'balance_transaction',
    fromSkeleton<Stripe.BalanceTransaction>('BalanceTransaction', {
      id: tx.nextId('txn'),
      amount,
      available_on: movement.availableNow ? tx.now : availableOn(tx.now),
      created: tx.now,
      currency,
      description: movement.description,
      exchange_rate: exchangeRate(movement.currency, currency),
      fee,
      fee_details: fee === 0 ? [] : [stripeFee(fee, currency)],
      net: amount - fee,
      reporting_category: movement.type,
      source: movement.source,
      status: 'pending',
      type: movement.type,
    }),
  );
}

function availableOn(now: number): number {
  return now - (now % DAY) + PENDING_DAYS * DAY;
}

function stripeFee(amount: number, currency: string): Stripe.BalanceTransaction.FeeDetail {
  return { amount, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' };
}

/** `pending` becomes `available` when its day has come, with no job needed. */
export function withStatus(transaction: Stripe.BalanceTransaction, now: number): Stripe.BalanceTransaction {
  const status = transaction.available_on <= now ? 'available' : 'pending';
  return status === transaction.status ? transaction : { ...transaction, status };
}

function balance(tx: Transaction): ApiObject {
  const sums = { available: new Map<string, number>(), pending: new Map<string, number>() };
  const own = tx.account.default_currency ?? 'usd';
  for (const side of Object.values(sums)) side.set(own, 0);
  for (const transaction of tx.newest('balance_transaction')) {
    const side = withStatus(transaction, tx.now).status === 'available' ? sums.available : sums.pending;
    side.set(transaction.currency, (side.get(transaction.currency) ?? 0) + transaction.net);
  }
  const entries = (side: Map<string, number>) =>
    [...side].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
  return {
    object: 'balance',
    available: entries(sums.available),
    livemode: false,
    pending: entries(sums.pending),
  } as Stripe.Balance;
}

export const balanceTransactions: Machine = {
  'GET /v1/balance': ({ tx }) => balance(tx),
  'GET /v1/balance_transactions': operation<Stripe.BalanceTransactionListParams>(({ tx, params, path }) => {
    const { currency, source, type, payout } = params;
    const page = list(tx, {
      kind: 'balance_transaction',
      url: path,
      params,
      by: { field: 'source', value: source },
      // No payout exists yet, so none of them is in one.
      where: (found) =>
        (currency ?? found.currency) === found.currency && (type ?? found.type) === found.type && !payout,
    });
    return {
      ...page,
      data: page.data.map((found) => withStatus(found as Stripe.BalanceTransaction, tx.now)),
    } as ApiObject;
  }),
  'GET /v1/balance_transactions/{id}': ({ tx, ids }) =>
    withStatus(tx.find('balance_transaction', ids[0] ?? ''), tx.now),
};
