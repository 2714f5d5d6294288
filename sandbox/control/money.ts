import type Stripe from 'stripe';
import { makeAvailable } from '../ledger/balance.js';
import { dispute } from '../payments/disputes.js';
import type { Store } from '../store/store.js';

/** What banks and the calendar do to money. */
export interface MoneyControl {
  /** The cardholder disputes a charge now; with `inquiry` the bank asks first, and no money moves. */
  dispute(chargeId: string, options?: { reason?: string; inquiry?: boolean }): Stripe.Dispute;
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
    makeAvailable() {
      for (const state of store.accounts.all()) store.transact(makeAvailable, state);
    },
  };
}
