import { catalogueIncludable } from '../catalogue/catalogue-includable.js';
import { checkoutIncludable } from '../checkout/checkout-includable.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { embeddedList } from './list.js';

/** What Stripe leaves out of an object unless `expand` asks for it; `key` is a path where it lies deeper in the object. */
export function includable(tx: Transaction, parent: ApiObject, key: string): unknown {
  if (parent.object === 'charge' && key === 'refunds' && parent.id) {
    const refunds = [...tx.newest('refund', 'charge', parent.id)].filter(
      (refund) => refund.charge === parent.id,
    );
    return embeddedList(refunds, `/v1/charges/${parent.id}/refunds`);
  }
  if (parent.object !== 'customer')
    return catalogueIncludable(tx, parent, key) ?? checkoutIncludable(tx, parent, key);
  if (key === 'invoice_credit_balance') return {};
  if (key === 'tax') return { automatic_tax: 'unrecognized_location', ip_address: null, location: null };
  if (key === 'sources' || key === 'subscriptions' || key === 'tax_ids')
    return embeddedList([], `/v1/customers/${parent.id}/${key}`);
  return undefined;
}
