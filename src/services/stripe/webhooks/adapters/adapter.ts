import type { StripeObject } from '../../../../domain/stripe-answer.js';

export type Fields = Record<string, unknown>;

/** How one version tells of one kind of object, held against the version before it. */
export interface Rule {
  /** The older version's fields that have another place now, and which; what a place does not tell is fetched. */
  moved?: Readonly<Record<string, string>>;
  /**
   * The values of these fields, undefined where the payload does not tell one. A field that the older version leaves out
   * where it does not apply is returned only when it is told.
   */
  read?(object: Fields): Fields;
  /** This version's own places, which are empty once they were read. */
  emptied?: readonly string[];
  /** Values with another name now: field, then new name, then old. */
  renamed?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fields that no payload tells any more and that nobody here decides on. They stay absent, which is not null. */
  untold?: readonly string[];
}

/** Reads what Stripe renders in one version as the version before it would have rendered it. */
export interface Adapter {
  /** The name that all releases without breaking changes share. */
  name: string;
  /** The date of the first release of this name that is read. */
  since: string;
  older: Adapter | null;
  /** By Stripe's `object` member; a kind that is not here is as it was. */
  rules: ReadonlyMap<string, Rule>;
}

export interface Adapted {
  object: StripeObject;
  /** Fields that the older version has and this payload does not tell: only a fetch does. */
  missing: string[];
}

/**
 * The object as `adapter.older` renders it; what it holds of other kinds is read too, wherever it is. Total: a payload of
 * another shape than Stripe documents has missing fields, and never throws. Metadata are the caller's and stay as they are.
 */
export function adapt(adapter: Adapter, object: StripeObject): Adapted {
  const missing = new Set<string>();
  const walk = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => walk(inner, path));
    if (!isRecord(value)) return value;
    const rule = typeof value.object === 'string' ? adapter.rules.get(value.object) : undefined;
    const read = rule ? follow(rule, value) : { fields: value, missing: [] };
    for (const field of read.missing) missing.add(path + field);
    const entries = Object.entries(read.fields).map(([key, inner]) => {
      return [key, key === 'metadata' ? inner : walk(inner, `${path}${key}.`)] as const;
    });
    return Object.fromEntries(entries);
  };
  return { object: walk(object, '') as StripeObject, missing: [...missing] };
}

function follow(rule: Rule, object: Fields): { fields: Fields; missing: string[] } {
  const fields = { ...object };
  const missing: string[] = [];
  for (const [field, value] of Object.entries(rule.read?.(object) ?? {})) {
    if (Object.hasOwn(object, field)) continue;
    if (value === undefined) missing.push(field);
    else fields[field] = value;
  }
  for (const place of rule.emptied ?? []) delete fields[place];
  for (const [field, names] of Object.entries(rule.renamed ?? {})) {
    const value = fields[field];
    if (typeof value === 'string' && Object.hasOwn(names, value)) fields[field] = names[value];
  }
  // What is left of a deleted object is its id.
  return { fields, missing: object.deleted === true ? [] : missing };
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at a path of members; null where one on the way is null, undefined where one is not there. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const member of path) {
    if (found === null) return null;
    found = isRecord(found) && Object.hasOwn(found, member) ? found[member] : undefined;
  }
  return found;
}

/** The id of what is given as an id or as an object; undefined for anything else. */
export function idIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value.id === 'string' ? value.id : undefined;
}
