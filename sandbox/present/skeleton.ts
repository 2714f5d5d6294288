import { definition } from '../contract/contract.js';
import type { Schema } from '../contract/schema.js';

const skeletons = new Map<string, object>();

/**
 * An object with every field that Stripe always sends, in Stripe's order: what may be null is null, lists and metadata are empty.
 * The fields that can be neither must be given.
 */
export function fromSkeleton<T extends object>(name: string, fields: Partial<T>): T {
  let skeleton = skeletons.get(name);
  if (!skeleton) {
    skeleton = build(name);
    skeletons.set(name, skeleton);
  }
  return { ...skeleton, ...fields } as T;
}

function build(name: string): object {
  const shape = definition(name);
  if (!shape) throw new Error(`the contract has no ${name}`);
  // Copies of what JSON.parse makes are fast objects; copies of one that grew key by key are slow dictionaries.
  const skeleton = JSON.parse(JSON.stringify(Object.fromEntries(shape.required.map((key) => [key, null]))));
  for (const key of shape.required) skeleton[key] = blank(shape.properties[key]);
  return skeleton;
}

function blank(schema: Schema | undefined): unknown {
  if (schema?.type === 'map') return {};
  if (!schema || schema.nullable) return null;
  if (schema.type === 'array') return [];
  if (schema.enum?.length === 1) return schema.enum[0];
  return undefined;
}
