import type { StripeObject } from '../../../../domain/stripe-answer.js';
import { type Adapter, type Fields, isRecord, type Rule } from '../adapters/adapter.js';
import { stepsOf } from '../adapters/registry.js';

export interface ChangedField {
  /** A path in our own version, without the places in lists: `lines.data.price`. */
  field: string;
  /** Where the other version tells it, or what it says instead; null where no event tells it. */
  now: string | null;
}

/** The fields that an object of our own version has, and that the other version tells elsewhere, otherwise or not at all. */
export function changedFields(adapter: Adapter, object: StripeObject): ChangedField[] {
  const found = new Map<string, ChangedField>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const inner of value) walk(inner, path);
      return;
    }
    if (!isRecord(value)) return;
    for (const { field, now } of changesOf(adapter, value))
      found.set(path + field, { field: path + field, now });
    for (const [key, inner] of Object.entries(value)) if (key !== 'metadata') walk(inner, `${path}${key}.`);
  };
  walk(object, '');
  return [...found.values()];
}

/** What is not told at all, of one kind: nobody here decides on it. */
export function untoldFields(adapter: Adapter, kind: string): string[] {
  return rulesOf(adapter, kind).flatMap(({ untold }) => untold ?? []);
}

function rulesOf(adapter: Adapter, kind: unknown): Rule[] {
  return stepsOf(adapter).flatMap(({ rules }) => rules.get(String(kind)) ?? []);
}

function changesOf(adapter: Adapter, object: Fields): ChangedField[] {
  return rulesOf(adapter, object.object)
    .flatMap((rule) => [
      ...Object.entries(rule.moved ?? {}).map(([field, now]) => ({ field, now })),
      ...(rule.untold ?? []).map((field) => ({ field, now: null })),
      ...Object.entries(rule.renamed ?? {}).flatMap(([field, names]) => {
        const name = Object.keys(names).find((newName) => names[newName] === object[field]);
        return name === undefined ? [] : [{ field, now: `the value ${name}` }];
      }),
    ])
    .filter(({ field }) => isSet(object, field.split('.')));
}

function isSet(value: unknown, [head, ...rest]: string[]): boolean {
  if (head === undefined) return value !== null && value !== undefined;
  const member = isRecord(value) ? value[head.replace('[]', '')] : undefined;
  return Array.isArray(member) && rest.length > 0
    ? member.some((inner) => isSet(inner, rest))
    : isSet(member, rest);
}
