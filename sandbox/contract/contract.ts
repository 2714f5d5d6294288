import { readFileSync } from 'node:fs';
import type { Contract, Definition } from './schema.js';

export const contract = JSON.parse(
  readFileSync(new URL('./contract.json', import.meta.url), 'utf8'),
) as Contract;

// A parameter may be called `constructor`: what a definition does not name it does not have.
for (const { properties } of Object.values(contract.definitions)) Object.setPrototypeOf(properties, null);

const definitions = new Map(Object.entries(contract.definitions));

/** Undefined for what the contract names but does not cover, such as an expandable invoice. */
export function definition(name: string): Definition | undefined {
  return definitions.get(name);
}

const byObject = new Map<string, string>();
for (const [name, { properties, required }] of definitions) {
  const object = properties.object?.enum;
  const isDeletedStub = properties.deleted !== undefined && required.includes('deleted');
  if (object?.length === 1 && !isDeletedStub && !name.includes('.Data'))
    byObject.set(String(object[0]), name);
}

/** The definition whose `object` is this literal, such as `charge` for `Charge`. */
export function definitionNameOf(object: string): string | undefined {
  return byObject.get(object);
}
