import { definitionNameOf } from '../contract/contract.js';
import type { DeliveryKnobs } from '../events/knobs.js';
import type { Answer, ApiRequest } from '../http/exchange.js';
import type { FaultRule } from '../http/faults.js';
import type { Page } from '../http/pages.js';
import { StripeError } from '../http/stripe-error.js';
import type { AccountSettings } from '../platform/account.js';
import type { ApiObject, Kind } from '../store/kinds.js';
import type { OfAccount, SandboxControl } from './control.js';
import { isJson, refusal } from './guard.js';
import { challengePage, completeChallenge } from './three-d-secure-page.js';
import { VERBS } from './verbs.js';

type Body = Record<string, unknown>;
/** The body of a POST, the query of a GET. */
type Verb = (body: Body, ids: string[]) => unknown;

interface Surroundings {
  setWebhookUrl(url: string | null): Promise<void>;
  idle(): Promise<void>;
  allowedHosts: readonly string[];
}

/** A thing that was asked for by its name and does not exist. */
class NotFound extends Error {}

/** The control plane over HTTP, for tests in other languages and for people: JSON in, JSON out, no key. */
export function controlPlane(control: SandboxControl, sandbox: Surroundings): Page {
  const verbs = verbsOf(control, sandbox);
  return async (request) => {
    const refused = refusal(request, sandbox.allowedHosts);
    if (refused !== undefined) return json(403, { error: refused });
    try {
      const [, , first = '', ...rest] = request.path.split('/').map(decodeURIComponent);
      if (first === '3ds') return threeDSecure(control, request, rest[0] ?? '');
      if (first === '') return json(200, { verbs: describe(verbs) });
      const verb = verbs[`${request.method} ${first}`];
      if (!verb) throw new NotFound(`no such verb; there are: ${Object.keys(verbs).sort().join(', ')}`);
      if (!isJson(request)) return json(415, { error: 'send Content-Type: application/json' });
      return json(200, (await verb(input(request), rest)) ?? { ok: true });
    } catch (error) {
      return json(statusOf(error), { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

function statusOf(error: unknown): number {
  if (error instanceof StripeError) return error.status;
  return error instanceof NotFound ? 404 : 400;
}

function describe(verbs: Record<string, Verb>): Record<string, string> {
  const names = Object.keys(verbs).sort();
  return Object.fromEntries(names.map((name) => [name.replace(' ', ' /_sandbox/'), VERBS[name] ?? '']));
}

function input({ body, query }: ApiRequest): Body {
  if (body === '') return Object.fromEntries(new URLSearchParams(query));
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch (error) {
    throw new Error(`the body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('the body must be a JSON object');
  return given as Body;
}

function verbsOf(control: SandboxControl, sandbox: Surroundings): Record<string, Verb> {
  return {
    'POST reset': () => control.reset(),
    'POST seed': (body) => control.seed(accountSettings(body)),
    'POST seeded': (body) => control.seeded.put(text(body, 'path'), anObject(body), ofAccount(body)),
    'DELETE seeded': (body) => control.seeded.remove(text(body, 'path'), ofAccount(body)),
    'GET accounts': () => control.accounts.list(),
    'POST accounts': (body) => control.accounts.create(accountSettings(body)),
    'GET clock': () => ({ now: control.clock.now(), offset: control.clock.offset }),
    'POST clock': ({ advance }) => {
      control.clock.advance(Number(advance));
      return { now: control.clock.now(), offset: control.clock.offset };
    },
    'GET faults': () => control.faults.list(),
    'POST faults': (body) => ({ id: control.faults.add(body as unknown as FaultRule) }),
    'DELETE faults': (_body, [id]) => {
      if (id === undefined) control.faults.clear();
      else if (!control.faults.remove(id)) throw new NotFound(`no fault ${id}`);
    },
    'GET deliveries': () => ({ knobs: control.deliveries.knobs, deliveries: control.deliveries.list() }),
    'POST deliveries': (body) => {
      control.deliveries.set(body as Partial<DeliveryKnobs>);
      return control.deliveries.knobs;
    },
    'POST deliver': (_body, [id = '']) => control.deliver(event(control, id)),
    'POST release': ({ events }) => control.deliveries.release(eventIds(events)),
    'POST resend': ({ times }, [id = '']) => control.resend(event(control, id), { times: copies(times) }),
    'GET signed': (_body, [id = '']) => control.signed(event(control, id)),
    'POST webhook': ({ url }) => sandbox.setWebhookUrl(webhookUrl(url)),
    'POST idle': () => sandbox.idle(),
    'POST available': () => control.makeAvailable(),
    'POST dispute': (body, [charge = '']) => control.dispute(charge, body),
    'POST settle': ({ outcome }, [id = '']) => control.settle(id, bankAnswer(outcome)),
    'GET events': (query) => control.events(ofAccount(query)),
    'GET requests': () => control.requests(),
    'DELETE requests': () => control.clearRequests(),
    'GET objects': (query, [kind, id]) => inspect(control, ofAccount(query), { kind, id }),
    'GET violations': () => control.violations(),
  };
}

const ACCOUNT_SETTINGS = ['country', 'default_currency', 'email'];

function accountSettings(body: Body): AccountSettings {
  for (const [name, value] of Object.entries(body)) {
    if (!ACCOUNT_SETTINGS.includes(name))
      throw new Error(`an account has no setting '${name}' here; there are: ${ACCOUNT_SETTINGS.join(', ')}`);
    if (typeof value !== 'string') throw new Error(`${name} must be a string`);
  }
  return body as AccountSettings;
}

function text(body: Body, name: string): string {
  const given = body[name];
  if (typeof given === 'string') return given;
  throw new Error(`${name} must be a string`);
}

function anObject({ object }: Body): ApiObject {
  if (typeof object === 'object' && object !== null) return object as ApiObject;
  throw new Error('object must be an object of Stripe');
}

function event(control: SandboxControl, id: string): string {
  if (!control.hasEvent(id)) throw new NotFound(id === '' ? 'name an event in the path' : `no event ${id}`);
  return id;
}

function eventIds(given: unknown): string[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || !given.every((id) => typeof id === 'string'))
    throw new Error('events must be a list of ids of events');
  return given;
}

function bankAnswer(given: unknown): 'failed' | 'succeeded' {
  if (given === 'failed' || given === 'succeeded') return given;
  throw new Error('outcome must be succeeded or failed');
}

const MOST_COPIES = 100;

function copies(given: unknown = 1): number {
  if (Number.isInteger(given) && Number(given) >= 1 && Number(given) <= MOST_COPIES) return Number(given);
  throw new Error(`times must be a whole number from 1 to ${MOST_COPIES}`);
}

function webhookUrl(given: unknown): string | null {
  if (given === null) return null;
  if (typeof given === 'string' && /^https?:\/\//.test(given) && URL.canParse(given)) return given;
  throw new Error('url must be an http or https address, or null to disable the endpoint');
}

function ofAccount({ account }: Body): OfAccount {
  return typeof account === 'string' ? { account } : {};
}

function inspect(
  control: SandboxControl,
  of: OfAccount,
  { kind, id }: { kind: string | undefined; id: string | undefined },
): unknown {
  const counts = control.kinds(of);
  if (kind === undefined) return counts;
  if (counts[kind] === undefined && definitionNameOf(kind) === undefined)
    throw new NotFound(`no kind '${kind}'; there are: ${Object.keys(counts).join(', ')}`);
  if (id === undefined) return control.objects(kind as Kind, of);
  const found = control.object(kind as Kind, id, of);
  if (!found) throw new NotFound(`no ${kind} ${id}`);
  return found;
}

function threeDSecure(control: SandboxControl, request: ApiRequest, id: string): Answer {
  const intent = control.findIntent(id);
  if (!intent) throw new NotFound(`no payment_intent or setup_intent ${id}`);
  if (request.method === 'POST') return completeChallenge(control, intent, request);
  return challengePage(intent);
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body, null, 2) };
}
