import type Stripe from 'stripe';
import { at, type JobHandler } from '../clock/jobs.js';
import { emit } from '../events/emit.js';
import type { Machine } from '../http/router.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

/** Where funds are that nothing holds back any more. */
const AVAILABLE = 0;

function fundsId(currency: string, availableOn: number): string {
  return `${currency}:${availableOn}`;
}

/**
 * Keeps one sum per currency and day, so that the balance never needs its transactions. The first money of a day asks for the
 * job that makes it available.
 */
export function addFunds(
  tx: Transaction,
  { currency, net, availableOn }: { currency: string; net: number; availableOn: number },
): void {
  const day = availableOn <= tx.now ? AVAILABLE : availableOn;
  const id = fundsId(currency, day);
  const held = tx.get('funds', id);
  tx.put('funds', { id, currency, available_on: day, net: (held?.net ?? 0) + net });
  if (!held && day !== AVAILABLE) at(tx, { name: 'funds_available', due: day * 1000, data: { funds: id } });
}

/** What was pending until its day. */
export const fundsAvailable: JobHandler = (tx, { funds: id = '' }) => {
  // They may have been made available before their day.
  if (!tx.get('funds', id)) return;
  release(tx, id);
  emit(tx, 'balance.available', balanceOf(tx));
};

function release(tx: Transaction, id: string): void {
  const { currency, net } = tx.require('funds', id);
  tx.remove('funds', id);
  addFunds(tx, { currency, net, availableOn: AVAILABLE });
}

/** Makes all pending funds available now. Nothing happens when none are. */
export function makeAvailable(tx: Transaction): void {
  const pending = [...tx.newest('funds')].filter((funds) => funds.available_on !== AVAILABLE);
  if (pending.length === 0) return;
  for (const transaction of [...tx.newest('balance_transaction')])
    if (transaction.available_on > tx.now)
      tx.update('balance_transaction', transaction, { available_on: tx.now });
  for (const { id } of pending) release(tx, id);
  emit(tx, 'balance.available', balanceOf(tx));
}

/** What Stripe owes the account, per currency; the settlement currency is always there. */
function balanceOf(tx: Transaction): ApiObject {
  const own = tx.account.default_currency ?? 'usd';
  const available = new Map([[own, 0]]);
  const pending = new Map([[own, 0]]);
  for (const { currency, available_on, net } of tx.newest('funds')) {
    const side = available_on <= tx.now ? available : pending;
    side.set(currency, (side.get(currency) ?? 0) + net);
  }
  return {
    object: 'balance',
    available: shown(available),
    livemode: false,
    pending: shown(pending),
  } as Stripe.Balance;
}

function shown(side: ReadonlyMap<string, number>): Stripe.Balance.Available[] {
  return [...side].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
}

export const balance: Machine = { 'GET /v1/balance': ({ tx }) => balanceOf(tx) };
