import type Stripe from 'stripe';
import { makeAvailable } from '../ledger/balance.js';
import { dispute } from '../payments/disputes.js';
import type { Store } from '../store/store.js';

/** What banks and the calendar do to money. */
export interface MoneyControl {
  /** The cardholder disputes a charge now; with `inquiry` the bank asks first, and no money moves. */
  dispute(chargeId: string, options?: { reason?: string; inquiry?: boolean }): Stripe.Dispute;
  /** All pending funds become available now. */
  makeAvailable(): void;
}

export function moneyControl(store: Store): MoneyControl {
  return {
    dispute(chargeId, options) {
      const tx = store.begin();
      const opened = dispute(tx, chargeId, options);
      store.commit(tx);
      return opened;
    },
    makeAvailable: () => store.transact(makeAvailable),
  };
}
