import type { DeliveryKnobs } from '../events/knobs.js';
import type { Answer, ApiRequest } from '../http/exchange.js';
import type { FaultRule } from '../http/faults.js';
import { StripeError } from '../http/stripe-error.js';
import type { AccountSettings } from '../platform/account.js';
import type { Kind } from '../store/kinds.js';
import type { SandboxControl } from './control.js';
import { challengePage, completeChallenge } from './three-d-secure-page.js';

type Verb = (body: Record<string, unknown>, ids: string[]) => unknown;

interface Lifecycle {
  setWebhookUrl(url: string | null): Promise<void>;
  idle(): Promise<void>;
}

/** The control plane over HTTP, for tests in other languages and for people: JSON in, JSON out, no key. */
export function controlPlane(
  control: SandboxControl,
  sandbox: Lifecycle,
): (request: ApiRequest) => Promise<Answer> {
  const verbs = verbsOf(control, sandbox);
  return async (request) => {
    const [, , first = '', ...rest] = request.path.split('/');
    const verb = verbs[`${request.method} ${first}`];
    if (isForeign(request))
      return json(403, { error: 'a page of another origin may not control the sandbox' });
    try {
      if (first === '3ds') return threeDSecure(control, request, rest[0] ?? '');
      if (!verb) return noVerb(Object.keys(verbs));
      const body = request.body === '' ? {} : (JSON.parse(request.body) as Record<string, unknown>);
      return json(200, (await verb(body, rest)) ?? { ok: true });
    } catch (error) {
      return json(error instanceof StripeError ? error.status : 400, {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  };
}

/** The control plane asks for no key, so a browser must not carry requests from elsewhere into it. */
function isForeign({ headers }: ApiRequest): boolean {
  const { origin, host } = headers;
  return typeof origin === 'string' && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function noVerb(verbs: readonly string[]): Answer {
  return json(404, { error: `no such verb; there are: ${[...verbs].sort().join(', ')}` });
}

function verbsOf(control: SandboxControl, sandbox: Lifecycle): Record<string, Verb> {
  return {
    'POST reset': () => control.reset(),
    'POST seed': (body) => control.seed(body as AccountSettings),
    'GET clock': () => ({ now: control.clock.now(), offset: control.clock.offset }),
    'POST clock': ({ advance }) => {
      control.clock.advance(Number(advance));
      return { now: control.clock.now(), offset: control.clock.offset };
    },
    'GET faults': () => control.faults.list(),
    'POST faults': (body) => ({ id: control.faults.add(body as unknown as FaultRule) }),
    'DELETE faults': (_body, [id]) => {
      if (id === undefined) control.faults.clear();
      else control.faults.remove(id);
    },
    'GET deliveries': () => ({ knobs: control.deliveries.knobs, deliveries: control.deliveries.list() }),
    'POST deliveries': (body) => {
      control.deliveries.set(body as Partial<DeliveryKnobs>);
      return control.deliveries.knobs;
    },
    'POST webhook': ({ url }) => sandbox.setWebhookUrl(typeof url === 'string' ? url : null),
    'POST idle': () => sandbox.idle(),
    'GET events': () => control.events(),
    'POST resend': async ({ times }, [id = '']) => {
      await control.resend(id, { times: Number(times ?? 1) });
    },
    'GET signed': (_body, [id = '']) => control.signed(id),
    'GET requests': () => control.requests(),
    'DELETE requests': () => control.clearRequests(),
    'GET objects': (_body, [kind = '', id]) => inspect(control, kind as Kind, id),
    'GET violations': () => control.violations(),
  };
}

function inspect(control: SandboxControl, kind: Kind, id: string | undefined): unknown {
  if (id === undefined) return control.objects(kind);
  const found = control.object(kind, id);
  if (!found) throw new StripeError(404, { type: 'invalid_request_error', message: `no ${kind} ${id}` });
  return found;
}

function threeDSecure(control: SandboxControl, request: ApiRequest, id: string): Answer {
  const intent = control.object('payment_intent', id);
  if (!intent) return json(404, { error: `no payment_intent ${id}` });
  if (request.method === 'POST') return completeChallenge(control, intent, request);
  return challengePage(intent);
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body, null, 2) };
}
