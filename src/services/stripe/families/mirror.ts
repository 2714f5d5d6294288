import { hash } from 'node:crypto';
import { canonicalJson } from '../../../domain/audit-chain.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { mirrorKey } from '../../../repositories/stripe-objects.js';
import { type AnyFamily, defineFamily, idOf } from './family.js';
import type { MirroredKind } from './mirrored-kind.js';

type Fields = Record<string, unknown>;

/** A kind without behaviour: it is kept in the mirror, whole but for what is personal, and changes nothing else. */
export function mirrorFamily(kind: MirroredKind): AnyFamily {
  const { object, events, deletable = false, besidePayment } = kind;
  return defineFamily<StripeObject>({
    object,
    events,
    deletable,
    retrievePath: (id, told) => pathOf(kind, { ...told, id }),
    laneKey: (found) => (besidePayment && idAt(found, 'payment_intent')) || mirrorKey(found),
    // Whole, since nobody says which fields matter; as a digest, since it would double the row.
    watched: (found) => hash('sha256', canonicalJson(keptOf(kind, found)), 'base64'),
    rank: (found, first) => (first ? 0 : rankOf(kind, found)),
    needs: () => ({}),
    kept: (found, _deleted, before) => (found.deleted === true && before ? before : keptOf(kind, found)),
    decide: () => [],
  });
}

/** The first path whose fields are all known; null where the parent is not. */
function pathOf({ paths }: MirroredKind, told: Fields): string | null {
  for (const path of paths) {
    const fields = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
    if (fields.some((field) => idAt(told, field) === null)) continue;
    return path.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(idAt(told, field) ?? ''));
  }
  return null;
}

/** Throws for a status that Stripe added: a guess at its rank could put a wrong state for ever. */
function rankOf({ object, ranks }: MirroredKind, found: StripeObject): number {
  if (!ranks || found.deleted === true) return 1;
  const rank = ranks[String(found.status)];
  if (rank === undefined) {
    throw new Error(`A ${object} has a status that this version of Guichet does not know: ${found.status}`);
  }
  return rank;
}

function keptOf({ only, without = [] }: MirroredKind, found: StripeObject): Fields {
  const fields = only
    ? Object.fromEntries(only.flatMap((key) => (key in found ? [[key, found[key]]] : [])))
    : found;
  const kept = copyOf(fields) as Fields;
  for (const path of without) dropAt(kept, path.split('.'));
  return kept;
}

/** Stripe shows these whole inside others, and tells of each by itself: inside they are kept as their id. */
const SHOWN_INSIDE = new Set(['coupon', 'person', 'plan', 'price', 'promotion_code', 'tax_rate']);

/** Everything but secrets, so that an event, whose secrets are not stored, equals what is read later. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(insideOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Fields = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key !== 'client_secret') copy[key] = insideOf(inner);
  }
  return copy;
}

function insideOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { object, id } = value as Fields;
  return typeof id === 'string' && SHOWN_INSIDE.has(String(object)) ? id : copyOf(value);
}

function dropAt(fields: Fields, [key = '', ...rest]: readonly string[]): void {
  const inner = fields[key];
  if (rest.length === 0) delete fields[key];
  else if (typeof inner === 'object' && inner !== null) dropAt(inner as Fields, rest);
}

function idAt(fields: Fields, key: string): string | null {
  return idOf(fields[key] as string | { id: string } | null | undefined);
}
