import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

/** The parts of prices, coupons and promotion codes that Stripe shows only when asked. */
export function catalogueIncludable(tx: Transaction, owner: ApiObject, path: string): unknown {
  const id = owner.id ?? '';
  switch (`${owner.object} ${path}`) {
    case 'price currency_options':
      return tx.get('price_terms', id)?.currency_options;
    case 'coupon currency_options':
      return unlessEmpty(tx.get('coupon_terms', id)?.currency_options);
    case 'coupon applies_to': {
      const products = tx.get('coupon_terms', id)?.products;
      return products && { products };
    }
    case 'promotion_code restrictions.currency_options':
      return unlessEmpty(tx.get('promotion_code_terms', id)?.currency_options);
    default:
      return undefined;
  }
}

function unlessEmpty(options: object | undefined): object | undefined {
  return options && Object.keys(options).length > 0 ? options : undefined;
}
