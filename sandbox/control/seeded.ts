import { contract } from '../contract/contract.js';
import { Comparison } from '../contract/fidelity.js';
import type { ApiObject } from '../store/kinds.js';
import { anyDefinition, anyDefinitionNameOf } from '../testing/sample.js';

const comparison = new Comparison(anyDefinition);
const STUB = ['deleted', 'id', 'object'];

/** Throws unless a GET of the path could answer this object. */
export function checkSeed(path: string, object: ApiObject): void {
  if (!readsOne(path)) throw new Error(`Stripe has no GET ${path} that reads one object`);
  const broken = violationsOf(object);
  if (broken.length > 0) throw new Error(`this is no object of Stripe: ${broken.join('; ')}`);
}

function violationsOf(object: ApiObject): string[] {
  const isStub = 'deleted' in object && Object.keys(object).every((key) => STUB.includes(key));
  if (isStub) return object.id === undefined ? ['object.id is missing'] : [];
  const name = anyDefinitionNameOf(object.object);
  if (name === undefined) return [`there is no kind '${object.object}'`];
  return comparison.violationsOf(object, { type: 'ref', ref: name }, 'object');
}

/** The paths that end with an id, as patterns. */
const readers = [...contract.routes.map(({ method, path }) => `${method} ${path}`), ...contract.otherRoutes]
  .filter((route) => route.startsWith('GET ') && route.endsWith('}'))
  .map((route) => new RegExp(`^${route.slice('GET '.length).replace(/\{\w+\}/g, '[^/]+')}$`));

function readsOne(path: string): boolean {
  return readers.some((reader) => reader.test(path));
}
