import { contract } from '../contract/contract.js';
import type { ApiObject, Delivery, StoredEvent } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { listenersFor } from './listeners.js';

/**
 * Raises an event with the object as it is now. Stored objects are replaced and never changed, so the event may keep this
 * one.
 */
export function emit(tx: Transaction, type: string, object: ApiObject): void {
  raise(tx, type, { object });
}

/** Raises a `*.updated` event with the earlier values of what differs; nothing when nothing does. */
export function emitUpdate(
  tx: Transaction,
  type: string,
  { from, to }: { from: ApiObject; to: ApiObject },
): void {
  const previous_attributes = differences(from, to);
  if (Object.keys(previous_attributes).length > 0) raise(tx, type, { object: to, previous_attributes });
}

function raise(tx: Transaction, type: string, data: StoredEvent['data']): void {
  const id = tx.nextId('evt');
  const { accounts } = tx.surroundings;
  const deliveries: Delivery[] = [];
  for (const endpoint of listenersFor(accounts, tx.state, type))
    deliveries.push(firstAttempt(tx, id, endpoint.id));
  tx.put('event', {
    id,
    object: 'event',
    ...(!accounts.isPlatform(tx.state) && { account: tx.state.accountId }),
    api_version: contract.apiVersion,
    created: tx.now,
    data,
    livemode: false,
    pending_webhooks: deliveries.length,
    request: tx.request,
    type,
  });
  for (const delivery of deliveries) tx.put('delivery', delivery);
  tx.surroundings.reactions[type]?.(tx, data.object);
}

function firstAttempt(tx: Transaction, event: string, endpoint: string): Delivery {
  return {
    id: `${event}:${endpoint}`,
    event,
    endpoint,
    attempts: 0,
    due: tx.nowMs,
    status: 'pending',
    lastStatus: null,
    lastError: null,
  };
}

type Fields = Record<string, unknown>;

/** The earlier values of what changed; inside objects only the changed keys, as Stripe shows them. */
function differences(before: object, after: object): Fields {
  const changed: Fields = {};
  const old = before as Fields;
  const current = after as Fields;
  for (const key of new Set([...Object.keys(old), ...Object.keys(current)])) {
    const was = old[key];
    const is = current[key];
    if (was === is) continue;
    if (isPlain(was) && isPlain(is)) {
      const inner = differences(was, is);
      if (Object.keys(inner).length > 0) changed[key] = inner;
    } else if (JSON.stringify(was) !== JSON.stringify(is)) changed[key] = was ?? null;
  }
  return changed;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
