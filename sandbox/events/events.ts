import type Stripe from 'stripe';
import { type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import type { StoredEvent } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

const MOST_TYPES = 20;

function matcher(params: Stripe.EventListParams): (type: string) => boolean {
  const { type, types } = params;
  if (type !== undefined && types !== undefined)
    throw invalidRequest('You may only specify one of these parameters: type, types.', { param: 'types' });
  if (types !== undefined && types.length > MOST_TYPES)
    throw invalidRequest(`You may pass up to ${MOST_TYPES} types.`, { param: 'types' });
  const patterns = (type === undefined ? types : [type])?.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`),
  );
  return (given) => patterns?.some((pattern) => pattern.test(given)) ?? true;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** False while any delivery is pending or gave up. */
function delivered(tx: Transaction, event: StoredEvent): boolean {
  for (const delivery of tx.newest('delivery', 'event', event.id))
    if (delivery.event === event.id && delivery.status !== 'succeeded') return false;
  return true;
}

export const events: Machine = {
  'GET /v1/events': operation<Stripe.EventListParams>(({ tx, params, path }) => {
    const matches = matcher(params);
    const { delivery_success: success } = params;
    return list(tx, {
      kind: 'event',
      url: path,
      params,
      where: (event) => matches(event.type) && (success === undefined || delivered(tx, event) === success),
    });
  }),
  'GET /v1/events/{id}': ({ tx, ids }) => tx.find('event', ids[0] ?? ''),
};
