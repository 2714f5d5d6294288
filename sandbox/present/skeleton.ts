import { definition } from '../contract/contract.js';
import type { Schema } from '../contract/schema.js';

const skeletons = new Map<string, object>();

/**
 * Every field that Stripe always sends, in Stripe's order: what may be null is null, lists and metadata are empty. It is
 * shared: objects are made of a copy, `{ ...skeleton('Refund'), … }`, which must give the fields that can be neither.
 */
export function skeleton<T extends object>(name: string): T {
  let blank = skeletons.get(name);
  if (!blank) {
    blank = build(name);
    skeletons.set(name, blank);
  }
  return blank as T;
}

function build(name: string): object {
  const shape = definition(name);
  if (!shape) throw new Error(`the contract has no ${name}`);
  // Copies of what JSON.parse makes are fast objects; copies of one that grew key by key are slow dictionaries.
  const blank = JSON.parse(JSON.stringify(Object.fromEntries(shape.required.map((key) => [key, null]))));
  for (const key of shape.required) blank[key] = blankValue(shape.properties[key]);
  return blank;
}

function blankValue(schema: Schema | undefined): unknown {
  if (schema?.type === 'map') return {};
  if (!schema || schema.nullable) return null;
  if (schema.type === 'array') return [];
  if (schema.enum?.length === 1) return schema.enum[0];
  return undefined;
}
