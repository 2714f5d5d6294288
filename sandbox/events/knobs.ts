import { contract } from '../contract/contract.js';

/** What can be made to go wrong between Stripe and an endpoint. */
export interface DeliveryKnobs {
  /** So many more copies of each delivery. */
  duplicate: number;
  /** Those that are due together go out in another order. */
  reorder: boolean;
  /** Wait so long (wall clock) before each attempt. */
  delayMs: number;
  /** Never send: all, or these event types. */
  drop: boolean | readonly string[];
  /** Keep what is due until it is released, or delivered one by one. */
  hold: boolean;
  /** Everything but `reorder` concerns these types and endpoints alone; null is all. */
  only: { types?: readonly string[]; endpoints?: readonly string[] } | null;
}

export const NO_KNOBS: DeliveryKnobs = {
  duplicate: 0,
  reorder: false,
  delayMs: 0,
  drop: false,
  hold: false,
  only: null,
};

const MOST_COPIES = 100;
const LONGEST_DELAY = 600_000;

/** Those that are set, changed. Throws an error that names the field when one is wrong. */
export function changedKnobs(current: DeliveryKnobs, change: Partial<DeliveryKnobs>): DeliveryKnobs {
  const known = Object.keys(NO_KNOBS);
  const stray = Object.keys(change).find((name) => !known.includes(name));
  if (stray !== undefined) throw new Error(`there is no knob '${stray}'; there are: ${known.join(', ')}`);
  const next = { ...current, ...change };
  count('duplicate', next.duplicate, MOST_COPIES);
  count('delayMs', next.delayMs, LONGEST_DELAY);
  for (const name of ['reorder', 'hold'] as const)
    if (typeof next[name] !== 'boolean') throw new Error(`${name} must be true or false`);
  if (typeof next.drop !== 'boolean') eventTypes('drop', next.drop);
  if (next.only?.types !== undefined) eventTypes('only.types', next.only.types);
  const endpoints: unknown = next.only?.endpoints ?? [];
  if (!Array.isArray(endpoints)) throw new Error('only.endpoints must be a list of ids of endpoints');
  return next;
}

function count(name: string, value: unknown, most: number): void {
  if (!(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most))
    throw new Error(`${name} must be a whole number from 0 to ${most}`);
}

function eventTypes(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new Error(`${name} must be a list of event types`);
  const unknown: unknown = value.find((type) => !Object.hasOwn(contract.events, String(type)));
  if (unknown !== undefined) throw new Error(`${name}: '${String(unknown)}' is no event type of Stripe`);
}

/** Whether the knobs concern a delivery of this event to this endpoint. */
export function concerns({ only }: DeliveryKnobs, type: string, endpoint: string): boolean {
  if (only === null) return true;
  return (only.types?.includes(type) ?? true) && (only.endpoints?.includes(endpoint) ?? true);
}

export function drops(knobs: DeliveryKnobs, type: string): boolean {
  return typeof knobs.drop === 'boolean' ? knobs.drop : knobs.drop.includes(type);
}
