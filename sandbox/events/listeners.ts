import type Stripe from 'stripe';
import type { AccountState } from '../store/account-state.js';
import type { Accounts } from '../store/accounts.js';

/**
 * The enabled endpoints that hear of an event of this account, newest first: its own, and of a connected account those that
 * the platform made with `connect`, which get nothing else.
 */
export function* listenersFor(
  accounts: Accounts,
  state: AccountState,
  type: string,
): Generator<Stripe.WebhookEndpoint> {
  yield* enabled(state, { type, connect: false });
  if (!accounts.isPlatform(state)) yield* enabled(accounts.platform, { type, connect: true });
}

function* enabled(
  state: AccountState,
  { type, connect }: { type: string; connect: boolean },
): Generator<Stripe.WebhookEndpoint> {
  const secrets = state.collection('endpoint_secret');
  for (const endpoint of state.collection('webhook_endpoint').newest()) {
    if (endpoint.status !== 'enabled' || secrets.get(endpoint.id)?.connect !== connect) continue;
    if (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type)) yield endpoint;
  }
}
