import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { contract } from '../sandbox/contract/contract.js';
import { type EventType, signedEvent } from '../sandbox/testing/signed-event.js';
import { type Environment, loadConfig } from '../src/config/env.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from '../src/utils/stripe/webhook-path.js';
import { readInstance } from './demo/running-instance.js';
import { nearest } from './nearest.js';

export interface SendFlags {
  /** A JSON file with fields of the event's object. */
  data?: string;
  /** Default: the instance that runs here. */
  url?: string;
  /** As an event of a connected account. */
  connect?: boolean;
  /** So many events, each with an id of its own. */
  count: number;
}

export interface Sent {
  id: string;
  objectId: string;
  status: number;
  answer: string;
}

const MAX_ANSWER = 300;

/**
 * Posts signed events of this type, one after another, as Stripe would. Throws for a type that Stripe does not have,
 * with those that are nearest, in live mode, and where there is no secret to sign with.
 */
export async function sendWebhook(environment: Environment, type: string, flags: SendFlags): Promise<Sent[]> {
  const known = Object.keys(contract.events);
  if (!known.includes(type))
    throw new Error(`Stripe has no event type '${type}'. Did you mean: ${nearest(type, known).join(', ')}?`);
  const target = await targetOf(environment, flags);
  const object = flags.data === undefined ? {} : await fieldsIn(flags.data);
  const sent: Sent[] = [];
  for (let n = 0; n < flags.count; n += 1)
    sent.push(await post(target, type as EventType, { object, flags }));
  return sent;
}

interface Target {
  url: string;
  secret: string;
}

/** What is configured signs; else the running `guichet dev`, which knows the secrets of its sandbox. */
async function targetOf(environment: Environment, { url, connect = false }: SendFlags): Promise<Target> {
  const { stripe, server, paths } = loadConfig(environment, { command: 'dev' });
  if (stripe.mode === 'live')
    throw new Error(
      'Made-up events are for test mode: a live service would ignore them, and its secret stays there.',
    );
  const running = await readInstance(paths.home);
  const path = connect ? CONNECT_WEBHOOK_PATH : WEBHOOK_PATH;
  const [configured] = connect ? stripe.connectWebhookSecrets : stripe.webhookSecrets;
  const secret =
    configured || (connect ? running?.stripe.connectWebhookSecret : running?.stripe.webhookSecret);
  if (!secret)
    throw new Error(
      `There is no secret to sign with: start guichet dev, or set ${connect ? 'STRIPE_CONNECT_WEBHOOK_SECRETS' : 'STRIPE_WEBHOOK_SECRETS'} to that of the instance.`,
    );
  return { url: url ?? `${running?.baseUrl ?? `http://127.0.0.1:${server.port}`}${path}`, secret };
}

async function fieldsIn(file: string): Promise<Record<string, unknown>> {
  const fields: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new Error(`${file} must hold a JSON object: fields of the event's object`);
  return fields as Record<string, unknown>;
}

async function post(
  { url, secret }: Target,
  type: EventType,
  { object, flags }: { object: Record<string, unknown>; flags: SendFlags },
): Promise<Sent> {
  const changes = {
    id: `evt_${randomBytes(12).toString('hex')}`,
    created: Math.floor(Date.now() / 1000),
    ...(flags.connect ? { account: 'acct_guichetwebhooksend' } : {}),
    data: { object },
  };
  const { body, headers, event } = signedEvent(type, changes as never, { secret });
  const response = await fetch(url, { method: 'POST', body, headers }).catch((error: unknown) => {
    const { cause = error } = error as Error;
    throw new Error(`Nobody answers at ${url}: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  const answer = (await response.text()).slice(0, MAX_ANSWER);
  const { id: objectId = '-' } = event.data.object as { id?: string };
  return { id: changes.id, objectId, status: response.status, answer };
}
