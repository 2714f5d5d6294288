import type Stripe from 'stripe';
import { makeAvailable } from '../ledger/balance.js';
import { dispute } from '../payments/disputes.js';
import { settle } from '../payments/sepa-debit.js';
import type { Store } from '../store/store.js';

/** What banks and the calendar do to money. */
export interface MoneyControl {
  /** The cardholder disputes a charge now; with `inquiry` the bank asks first, and no money moves. */
  dispute(chargeId: string, options?: { reason?: string; inquiry?: boolean }): Stripe.Dispute;
  /** The bank's answer to what is processing, now: a PaymentIntent or its charge. */
  settle(id: string, outcome: 'failed' | 'succeeded'): Stripe.PaymentIntent;
  /** All pending funds of all accounts become available now. */
  makeAvailable(): void;
}

export function moneyControl(store: Store): MoneyControl {
  return {
    dispute(chargeId, options) {
      const tx = store.begin(undefined, store.accounts.holderOf('charge', chargeId));
      const opened = dispute(tx, chargeId, options);
      store.commit(tx);
      return opened;
    },
    settle(id, outcome) {
      const charge = store.accounts.holderOf('charge', id)?.collection('charge').get(id);
      const intentId = (charge?.payment_intent as string | null | undefined) ?? id;
      const tx = store.begin(undefined, store.accounts.holderOf('payment_intent', intentId));
      const settled = settle(tx, tx.find('payment_intent', intentId), outcome);
      store.commit(tx);
      return settled;
    },
    makeAvailable() {
      for (const state of store.accounts.all()) store.transact(makeAvailable, state);
    },
  };
}
