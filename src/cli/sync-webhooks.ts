import { ConfigError, type Environment, loadConfig } from '../config/env.js';
import { createStripe } from '../container.js';
import { createStripeGateway } from '../services/stripe/stripe-gateway.js';
import { type EndpointSync, syncEndpoint } from '../services/stripe/webhooks/sync-endpoint.js';
import { systemClock } from '../utils/clock.js';
import { API_VERSION } from '../utils/stripe/api-version.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from '../utils/stripe/webhook-path.js';

export interface SyncFlags {
  /** Default: below PUBLIC_URL. */
  url?: string;
  connect?: boolean;
  finish?: boolean;
}

export interface SyncedWebhooks extends EndpointSync {
  /** Which setting the secret belongs into. */
  setting: 'STRIPE_CONNECT_WEBHOOK_SECRETS' | 'STRIPE_WEBHOOK_SECRETS';
}

/** Makes the endpoint at Stripe what this version of Guichet reads. Throws ConfigError, or why Stripe refused. */
export async function syncWebhooks(
  environment: Environment,
  { url, connect = false, finish = false }: SyncFlags,
): Promise<SyncedWebhooks> {
  const { stripe, server } = loadConfig(environment, { command: 'dev' });
  const { secretKey } = stripe;
  if (secretKey === null)
    throw new ConfigError([{ name: 'STRIPE_SECRET_KEY', message: 'is required by this command' }]);
  const path = connect ? CONNECT_WEBHOOK_PATH : WEBHOOK_PATH;
  const address = url ?? (server.publicUrl && `${server.publicUrl.replace(/\/$/, '')}${path}`);
  if (!address)
    throw new ConfigError([{ name: 'PUBLIC_URL', message: 'is required by this command, or give --url' }]);
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new Error('--url: expected an http or https address');
  const gateway = createStripeGateway(
    createStripe({ stripe: { ...stripe, secretKey, mode: stripe.mode ?? 'test' } }),
    systemClock,
  );
  const timing = { callTimeoutMs: stripe.callTimeoutMs, budgetMs: stripe.timeBudgetMs };
  const scope = connect ? 'connect' : 'account';
  const outcome = await syncEndpoint({ gateway, timing }, { url: address, scope, finish });
  return { ...outcome, setting: connect ? 'STRIPE_CONNECT_WEBHOOK_SECRETS' : 'STRIPE_WEBHOOK_SECRETS' };
}

/** Lines for the terminal. The secret is among them: they are for the standard output, and for no log. */
export function syncLines({
  action,
  endpoint,
  secret,
  outdated,
  disabled,
  setting,
}: SyncedWebhooks): string[] {
  const { id, url, enabled_events: events } = endpoint;
  const about = `${id}  ${url}  (${API_VERSION}, ${events.length} events)`;
  const done = {
    created: `created   ${about}`,
    updated: `updated   ${about}`,
    nothing: `nothing to do: ${about}`,
  };
  const finish = 'Once that is deployed, disable the old endpoint: guichet webhooks sync --finish';
  return [
    done[action],
    ...disabled.map((old) => `disabled  ${old.id}  (${old.api_version ?? 'no API version of its own'})`),
    ...(secret === null ? [] : ['', `Put this first in ${setting}; Stripe shows it only now:`, secret, '']),
    ...outdated.map((old) => `still enabled: ${old.id}  (${old.api_version ?? 'no API version of its own'})`),
    ...(outdated.length === 0 ? [] : [finish]),
  ];
}
