import type Stripe from 'stripe';
import { contract } from '../contract/contract.js';
import { signature } from '../events/sign.js';
import { eventObject } from './event-object.js';
import { type Fields, SAMPLE_TIME, Sampler } from './sample.js';

/** Every event type of Stripe at the API version of the sandbox. */
export type EventType = Stripe.Event['type'];

/** Stripe's type of this event, `data.object` included. */
export type EventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/** Fields of the event, merged in at any depth. Arrays are replaced, and null is a value. */
export type EventOverrides<T extends EventType> = Omit<DeepPartial<EventOf<T>>, 'data' | 'type'> & {
  data?: {
    object?: DeepPartial<EventOf<T>['data']['object']>;
    previous_attributes?: Record<string, unknown>;
  };
};

export interface SigningOptions {
  /** The endpoint's secret; `TEST_WEBHOOK_SECRET` when left out. */
  secret?: string;
  /** When it was signed, in seconds; now when left out. Receivers refuse what is more than five minutes old. */
  timestamp?: number;
}

export interface SignedEvent<T extends EventType> {
  /** The exact bytes that the signature covers. */
  body: string;
  headers: { 'content-type': string; 'stripe-signature': string; 'user-agent': string };
  event: EventOf<T>;
}

export const TEST_WEBHOOK_SECRET = 'whsec_guichet_testing_0000000000000';

/**
 * A webhook as Stripe sends it: an event of this type with every field of the API version of the sandbox, and its signature.
 * The same arguments give the same event, as a redelivery does; give `id` for another one. Throws for a type that Stripe
 * does not have.
 */
export function signedEvent<T extends EventType>(
  type: T,
  overrides?: EventOverrides<T>,
  { secret = TEST_WEBHOOK_SECRET, timestamp }: SigningOptions = {},
): SignedEvent<T> {
  if (!Object.hasOwn(contract.events, type)) throw unknownType(type);
  const sampler = new Sampler(`${type} ${JSON.stringify(overrides ?? {})}`);
  const event = merged(plainEvent(type, sampler), (overrides ?? {}) as Fields);
  const body = JSON.stringify(event, null, 2);
  const wallMs = timestamp === undefined ? Date.now() : timestamp * 1000;
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signature(body, secret, wallMs),
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    },
    event: event as unknown as EventOf<T>,
  };
}

function plainEvent(type: string, sampler: Sampler): Fields {
  const object = eventObject(type, sampler);
  return {
    id: sampler.id('evt'),
    object: 'event',
    api_version: contract.apiVersion,
    created: SAMPLE_TIME,
    data: { object, ...(type.endsWith('updated') && { previous_attributes: earlier(object) }) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}

/** A key was added to the metadata, which any update may be. */
function earlier(object: Fields): Fields {
  if (typeof object.metadata !== 'object' || object.metadata === null) return {};
  object.metadata = { note: 'changed' };
  return { metadata: { note: null } };
}

function merged(base: Fields, change: Fields): Fields {
  const result: Fields = { ...base };
  for (const [key, value] of Object.entries(change)) {
    const current = result[key];
    if (value === undefined) continue;
    result[key] = isPlain(current) && isPlain(value) ? merged(current, value) : value;
  }
  return result;
}

function isPlain(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownType(type: string): Error {
  const known = Object.keys(contract.events);
  const family = known.filter((name) => name.split('.')[0] === type.split('.')[0]);
  const names = (family.length > 0 ? family : known).join(', ');
  return new Error(`Stripe has no event type '${type}' at ${contract.apiVersion}. There are: ${names}`);
}
