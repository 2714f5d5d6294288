import { embeddedList } from '../present/list.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { discountObject } from './discounts.js';

/** The parts of sessions and of their lines that Stripe shows only when asked. */
export function checkoutIncludable(tx: Transaction, owner: ApiObject, path: string): unknown {
  if (owner.object === 'item') return ofLine(tx, owner.id ?? '', path);
  if (owner.object !== 'checkout.session' || owner.id === undefined) return undefined;
  const { lines, discount } = tx.require('checkout_details', owner.id);
  const session = tx.require('checkout.session', owner.id);
  if (path === 'line_items' && session.mode === 'payment')
    return withoutCount(embeddedList(lines, `/v1/checkout/sessions/${owner.id}/line_items`));
  if (path !== 'total_details.breakdown') return undefined;
  const amount = session.total_details?.amount_discount ?? 0;
  return { discounts: discount ? [{ amount, discount: discountObject(session, discount) }] : [], taxes: [] };
}

/** Unlike other lists inside of objects. */
function withoutCount({ total_count: _, ...rest }: ReturnType<typeof embeddedList>): ApiObject {
  return rest;
}

function ofLine(tx: Transaction, id: string, path: string): unknown {
  if (path === 'taxes') return [];
  if (path !== 'discounts') return undefined;
  for (const { id: session, lines, discount } of tx.newest('checkout_details')) {
    const line = lines.find((candidate) => candidate.id === id);
    if (!line) continue;
    if (!discount || line.amount_discount === 0) return [];
    return [
      {
        amount: line.amount_discount,
        discount: discountObject(tx.require('checkout.session', session), discount),
      },
    ];
  }
  return [];
}
