import { type Mix, renamed, templateOf } from './mix.js';
import type { Template, Templates } from './templates.js';

/** How an object is in the end, as far as it is compared: `payment_intent`, its id, and its fields in their order. */
export interface FinalState {
  object: Kind;
  id: string;
  fields: unknown[];
}

/** What a target holds, in the same order of fields; absent where it has no such object. */
export type Reader = (object: Kind, ids: string[]) => Promise<Map<string, unknown[]>>;

export const COMPARED = {
  payment_intent: ['status', 'amount_received'],
  charge: ['status', 'amount_refunded', 'refunded', 'balance_transaction'],
  refund: ['status', 'amount'],
  customer: ['email', 'name'],
} as const;

export type Kind = keyof typeof COMPARED;

const KINDS = Object.keys(COMPARED) as Kind[];
const CHUNK = 2000;

type StripeObject = Record<string, unknown> & { id: string; object: Kind };

/** What Stripe would answer about each object once all events of a unit have happened. */
export function objectsOf(templates: Templates, unit: number): StripeObject[] {
  return lastEvents(templateOf(templates, unit)).map((event) => objectIn(renamed(templates, unit, event)));
}

const lasts = new WeakMap<Template, string[]>();

/** Of each object the event that was told last. */
function lastEvents(template: Template): string[] {
  const known = lasts.get(template);
  if (known) return known;
  const found = [...new Map(template.events.map((event) => [objectIn(event).id, event])).values()];
  lasts.set(template, found);
  return found;
}

function objectIn(event: string): StripeObject {
  return (JSON.parse(event) as { data: { object: StripeObject } }).data.object;
}

/** How many objects are not as Stripe has them once every event was told. */
export async function wrongStates(templates: Templates, mix: Mix, read: Reader): Promise<number> {
  const states = finalStates(templates, mix);
  let wrong = 0;
  for (const kind of KINDS) {
    const expected = states.filter(({ object }) => object === kind);
    for (let at = 0; at < expected.length; at += CHUNK) {
      const chunk = expected.slice(at, at + CHUNK);
      const held = await read(
        kind,
        chunk.map(({ id }) => id),
      );
      wrong += chunk.filter(
        ({ id, fields }) => JSON.stringify(held.get(id)) !== JSON.stringify(fields),
      ).length;
    }
  }
  return wrong;
}

function finalStates(templates: Templates, { units }: Mix): FinalState[] {
  return Array.from({ length: units }, (_, unit) => objectsOf(templates, unit))
    .flat()
    .map((object) => ({
      object: object.object,
      id: object.id,
      fields: COMPARED[object.object].map((field) => object[field]),
    }));
}
