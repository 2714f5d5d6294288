import { randomUUID } from 'node:crypto';
import type { StripeAnswer } from '../../../domain/stripe-answer.js';
import {
  type EndpointScope,
  planEndpoint,
  SCOPE_METADATA,
  type WantedEndpoint,
  type WebhookEndpoint,
} from '../../../domain/webhook-endpoint.js';
import { API_VERSION } from '../../../utils/stripe/api-version.js';
import { registeredEvents } from '../families/registry.js';
import { sendPatiently } from '../resilience.js';
import type { StripeGateway, StripeRequest } from '../stripe-gateway.js';

export interface EndpointDependencies {
  gateway: Pick<StripeGateway, 'send'>;
  timing: { callTimeoutMs: number; budgetMs: number };
}

export interface EndpointSync {
  action: 'created' | 'nothing' | 'updated';
  endpoint: WebhookEndpoint;
  /** Only of one that was made just now: Stripe tells it once. */
  secret: string | null;
  /** Enabled ones at our address with another API version or scope. */
  outdated: WebhookEndpoint[];
  /** Those that were disabled just now. */
  disabled: WebhookEndpoint[];
}

const PATH = '/v1/webhook_endpoints';

/**
 * Makes the webhook endpoint at Stripe what the registry and our API version say; again it changes nothing. `finish`
 * disables the outdated ones, but never in the run that makes their successor: until its secret is deployed, only the
 * old one is understood. Throws an Error that says why Stripe refused.
 */
export async function syncEndpoint(
  dependencies: EndpointDependencies,
  { url, scope, finish }: { url: string; scope: EndpointScope; finish: boolean },
): Promise<EndpointSync> {
  const wanted: WantedEndpoint = { url, scope, apiVersion: API_VERSION, events: registeredEvents };
  const list = await ask(dependencies, { method: 'GET', path: `${PATH}?limit=100` });
  const plan = planEndpoint(list.data as WebhookEndpoint[], wanted);
  const { current, outdated } = plan;
  if (current === null) {
    const made = await create(dependencies, wanted);
    return { action: 'created', ...made, outdated, disabled: [] };
  }
  const endpoint = plan.step === 'update' ? await update(dependencies, current, wanted) : current;
  const disabled: WebhookEndpoint[] = [];
  for (const old of finish ? outdated : []) {
    await post(dependencies, `${PATH}/${old.id}`, { disabled: true });
    disabled.push(old);
  }
  const action = plan.step === 'update' ? 'updated' : 'nothing';
  return { action, endpoint, secret: null, outdated: finish ? [] : outdated, disabled };
}

async function create(
  dependencies: EndpointDependencies,
  { url, scope, apiVersion, events }: WantedEndpoint,
): Promise<{ endpoint: WebhookEndpoint; secret: string | null }> {
  const { secret, ...endpoint } = await post(dependencies, PATH, {
    url,
    api_version: apiVersion,
    enabled_events: events,
    description: 'Guichet',
    metadata: { [SCOPE_METADATA]: scope },
    ...(scope === 'connect' ? { connect: true } : {}),
  });
  return {
    endpoint: endpoint as unknown as WebhookEndpoint,
    secret: typeof secret === 'string' ? secret : null,
  };
}

async function update(
  dependencies: EndpointDependencies,
  { id }: WebhookEndpoint,
  { events }: WantedEndpoint,
): Promise<WebhookEndpoint> {
  const changes = { enabled_events: events, disabled: false };
  return (await post(dependencies, `${PATH}/${id}`, changes)) as unknown as WebhookEndpoint;
}

/** A key of its own for each step: it makes a retry within the run one request, and repeats nothing of another run. */
function post(
  dependencies: EndpointDependencies,
  path: string,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const idempotencyKey = `guichet:webhook_endpoint:${randomUUID()}`;
  return ask(dependencies, { method: 'POST', path, params, idempotencyKey });
}

async function ask(
  { gateway, timing }: EndpointDependencies,
  request: Omit<StripeRequest, 'budgetMs' | 'timeoutMs'>,
): Promise<Record<string, unknown>> {
  const outcome = await sendPatiently((limits) => gateway.send({ ...request, ...limits }), {
    budgetMs: timing.budgetMs,
    timeoutMs: timing.callTimeoutMs,
  });
  const answer = outcome?.answer;
  if (answer?.type === 'object') return answer.object;
  throw new Error(refusalText(answer));
}

/** Of 401 and 403 nothing of Stripe's text: it quotes keys. */
function refusalText(answer: Exclude<StripeAnswer, { type: 'object' }> | undefined): string {
  if (answer?.type !== 'error')
    return 'Stripe did not answer: see STRIPE_API_BASE_URL, and run it again: what was done is found';
  if (answer.status === 401)
    return 'Stripe does not know the key (401): correct STRIPE_SECRET_KEY, see guichet doctor';
  if (answer.status === 403)
    return 'The key may not manage webhook endpoints (403): give the restricted key "Webhook Endpoints: Write"';
  return `Stripe answered ${answer.status}: ${answer.error.message ?? answer.error.type}`;
}
