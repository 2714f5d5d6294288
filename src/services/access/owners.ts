import type { Repositories } from '../../repositories/repositories.js';

type Rows = Pick<Repositories, 'orders' | 'payments' | 'refunds' | 'customers'>;

/** Whose an object is, by the prefix of its id; null when it is nobody's or there is none. One read by id, two for a refund. */
export function createOwnerOf({ orders, payments, refunds, customers }: Rows) {
  const owner = async (row: Promise<{ userId: string | null } | null>) => (await row)?.userId ?? null;
  return async (prefix: 'ord' | 'pay' | 'ref' | 'cus', id: string): Promise<string | null> => {
    switch (prefix) {
      case 'ord':
        return owner(orders.get(id));
      case 'pay':
        return owner(payments.get(id));
      case 'cus':
        return owner(customers.get(id));
      case 'ref': {
        const refund = await refunds.get(id);
        return refund === null ? null : owner(payments.get(refund.paymentId));
      }
    }
  };
}
