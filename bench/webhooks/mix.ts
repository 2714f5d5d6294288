import { BSON, type Document } from 'mongodb';
import { seededRandom } from '../../tests/support/seeded-random.js';
import type { Template, Templates } from './templates.js';

/** One event on its way: the same twice is a duplicate. */
export interface Delivery {
  unit: number;
  event: number;
}

export interface MixOptions {
  templates: Templates;
  seed: number;
  /** Deliveries, duplicates included. */
  events: number;
}

export interface Mix {
  deliveries: Delivery[];
  /** Payments and customers that the events are about. */
  units: number;
  /** Without the duplicates. */
  distinct: number;
}

const DUPLICATES = 0.1;
/** So many places an event may come after its turn: a second or two of Stripe's parallel deliveries. */
const SPREAD = 1000;
const HUNDREDTHS = { purchase: 60, refund: 20, customer: 18 };
const CODE_LENGTH = 5;
const TAIL_LENGTH = 4;
/** Stripe's ids and ours, cut where a unit's code goes: what stands before and after keeps a template's ids apart. */
const ID =
  /\b(pi|ch|re|cus|evt|req|txn|pm|pay|ord|op|ref|user)_([0-9A-Za-z]{5,})[0-9A-Za-z]{5}([0-9A-Za-z]{4})\b/g;
const TIME = /\b(1\d{9})(\d{3})?\b/g;
/** The templates' own time, in seconds. */
const DURATION = 3 * 3600;
const UNITS_A_SECOND = 20;

export function buildMix({ templates, seed, events }: MixOptions): Mix {
  const random = seededRandom(seed);
  const places: { at: number; delivery: Delivery }[] = [];
  let [units, distinct, at] = [0, 0, 0];
  for (; places.length < events; units += 1) {
    for (let event = 0; event < templateOf(templates, units).events.length; event += 1) {
      const delivery = { unit: units, event };
      at += 1;
      distinct += 1;
      places.push({ at: at + random() * SPREAD, delivery });
      if (random() < DUPLICATES / (1 - DUPLICATES)) places.push({ at: at + 2 * random() * SPREAD, delivery });
    }
  }
  const deliveries = places.sort((a, b) => a.at - b.at).map(({ delivery }) => delivery);
  return { deliveries, units, distinct };
}

/** The same sequence in every mix: a hundred units of each kind in turn, mixed. */
export function templateOf({ templates }: Templates, unit: number): Template {
  const place = (unit * 37) % 100;
  const { purchase, refund, customer } = HUNDREDTHS;
  const index = [purchase, purchase + refund, purchase + refund + customer].filter(
    (end) => place >= end,
  ).length;
  const template = templates[index];
  if (!template) throw new Error('a template is missing');
  return template;
}

/** What is posted. */
export function bodyOf(templates: Templates, { unit, event }: Delivery): string {
  return renamed(templates, unit, templateOf(templates, unit).events[event] ?? '');
}

/** What Guichet knows before the first event. */
export function rowsOf(templates: Templates, unit: number): Record<string, Document[]> {
  const named = Object.entries(templateOf(templates, unit).rows).map(([collection, rows]) => {
    return [
      collection,
      rows.map((row) => BSON.EJSON.parse(renamed(templates, unit, row)) as Document),
    ] as const;
  });
  return Object.fromEntries(named);
}

/** Gives a template's ids the unit's code, and its times the unit's. */
export function renamed({ beganAt }: Templates, unit: number, text: string): string {
  const code = unit.toString(32).toUpperCase().padStart(CODE_LENGTH, '0');
  const later = Math.floor(unit / UNITS_A_SECOND) - DURATION - 86_400;
  const withIds = text.replace(ID, `$1_$2${code}$3`);
  return withIds.replace(TIME, (whole, seconds: string, rest = '') => {
    const own = Number(seconds);
    return own >= beganAt - 60 && own <= beganAt + DURATION ? `${own + later}${rest}` : whole;
  });
}

/** Whose id it is. */
export function unitOf(id: string): number {
  return Number.parseInt(id.slice(-CODE_LENGTH - TAIL_LENGTH, -TAIL_LENGTH), 32);
}
