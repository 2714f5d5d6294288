import type { StripeAnswer } from '../../domain/stripe-answer.js';
import { isSameUrl } from '../../domain/webhook-endpoint.js';
import { API_VERSION } from '../../utils/stripe/api-version.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from '../../utils/stripe/webhook-path.js';
import { registeredEvents } from '../stripe/families/registry.js';
import type { Check, Finding } from './check.js';
import { failed, ok, warning } from './check.js';
import { noAnswer } from './stripe-checks.js';

interface Endpoint {
  url: string;
  status: string;
  api_version: string | null;
  enabled_events: string[];
}

const WHERE = 'in the Stripe dashboard, Developers, Webhooks';

interface EndpointSettings {
  publicUrl: string | null;
  apiBaseUrl: string;
}

/** Whether Stripe sends what Guichet needs to where it listens. `publicUrl`: PUBLIC_URL. */
export function webhookEndpointCheck(
  listEndpoints: () => Promise<StripeAnswer>,
  settings: EndpointSettings,
): Check {
  return endpointCheck(listEndpoints, { ...settings, name: 'webhook endpoint', path: WEBHOOK_PATH });
}

/** The same for the events of connected accounts, where they are taken. */
export function connectEndpointCheck(
  listEndpoints: () => Promise<StripeAnswer>,
  settings: EndpointSettings,
): Check {
  return endpointCheck(listEndpoints, {
    ...settings,
    name: 'Connect webhook endpoint',
    path: CONNECT_WEBHOOK_PATH,
  });
}

function endpointCheck(
  listEndpoints: () => Promise<StripeAnswer>,
  { publicUrl, apiBaseUrl, name, path }: EndpointSettings & { name: string; path: string },
): Check {
  return {
    name,
    async run() {
      const answer = await listEndpoints();
      if (answer.type === 'error' && answer.status === 403)
        return warning(
          'not checked: the key may not read webhook endpoints',
          `give the restricted key "Webhook Endpoints: Read", or look ${WHERE}`,
        );
      if (answer.type !== 'object') throw noAnswer(answer, { apiBaseUrl });
      const endpoints = answer.object.data as Endpoint[];
      if (publicUrl === null)
        return warning(
          'not checked: without PUBLIC_URL nobody can tell which endpoint is ours',
          'set PUBLIC_URL to where Stripe reaches this service',
        );
      return judge(endpoints, `${publicUrl.replace(/\/$/, '')}${path}`);
    },
  };
}

/** One good endpoint is enough; else the first one tells what it lacks. */
function judge(endpoints: readonly Endpoint[], url: string): Finding {
  const ours = endpoints.filter((endpoint) => isSameUrl(endpoint.url, url));
  const findings = ours.map(judgeOne);
  const best =
    findings.find(({ status }) => status === 'ok') ?? findings.find(({ status }) => status === 'warning');
  return (
    best ??
    findings[0] ??
    failed(
      `Stripe has no webhook endpoint for ${url}`,
      `run guichet webhooks sync, or create one ${WHERE}, with API version ${API_VERSION} and the events ${registeredEvents.join(', ')}`,
    )
  );
}

function judgeOne({ url, status, api_version, enabled_events }: Endpoint): Finding {
  if (status !== 'enabled') return failed(`the endpoint ${url} is ${status}`, `enable it ${WHERE}`);
  const missing = enabled_events.includes('*')
    ? []
    : registeredEvents.filter((type) => !enabled_events.includes(type));
  if (missing.length > 0)
    return failed(
      `the endpoint ${url} does not send ${missing.join(', ')}`,
      `run guichet webhooks sync, or add these events ${WHERE}`,
    );
  const replace = `run guichet webhooks sync, or make a new endpoint with API version ${API_VERSION}, since that of an endpoint cannot be changed, and remove this one`;
  if (api_version === null)
    return warning(`the endpoint ${url} follows the default API version of the account`, replace);
  return api_version === API_VERSION
    ? ok(`${url} is enabled at ${API_VERSION} and sends every event that is read`)
    : failed(`the endpoint ${url} has API version ${api_version}`, replace);
}
