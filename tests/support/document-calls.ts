import type { IdPrefix } from '../../src/utils/ids.js';
import { readDocument } from './contract.js';

interface Schema {
  $ref?: string;
  type?: string;
  example?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  minItems?: number;
  minimum?: number;
}

interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  'x-scope'?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}

/** An operation of openapi.json that can be called with nothing known but the document. */
export interface DocumentCall {
  operationId: string;
  method: string;
  /** As in the document: `/api/orders/{id}`. */
  path: string;
  scope: string | null;
  /** The ways to be let in: `apiKey`, `userToken`; empty for what anybody may ask. */
  security: string[];
  /** The parameters of its query. */
  query: string[];
  /** The fields of its body; null without one. */
  fields: string[] | null;
  /** A valid request: every required field, and every optional one that names an object, with `known` values. */
  request(known: KnownValues): { path: string; body: unknown };
}

/** Ids by their prefix, and the user, to be put wherever the document has one. */
export type KnownValues = Partial<Record<IdPrefix, string>> & { userId: string };

const document = readDocument();

/** Every operation of the committed document. A new route is among them as soon as it is in the document. */
export function documentCalls(): DocumentCall[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const operation = described as unknown as Operation;
      return {
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path,
        scope: operation['x-scope'] ?? null,
        security: operation.security.flatMap((way) => Object.keys(way)),
        query: queryOf(operation),
        fields: fieldsOf(operation),
        request: (known: KnownValues) => requestOf(path, operation, known),
      };
    }),
  );
}

function queryOf({ parameters = [] }: Operation): string[] {
  return parameters.filter((each) => each.in === 'query').map(({ name }) => name);
}

function fieldsOf({ requestBody }: Operation): string[] | null {
  if (requestBody === undefined) return null;
  const { schema } = requestBody.content['application/json'];
  return Object.keys((schema.$ref === undefined ? schema : resolve(schema.$ref)).properties ?? {});
}

function requestOf(path: string, { parameters = [], requestBody }: Operation, known: KnownValues) {
  const pathValue = (name: string) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.name === name);
    return encodeURIComponent(String(parameter ? example(parameter.schema, name, known) : name));
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => pathValue(name));
  const query = parameters.filter((each) => each.in === 'query' && each.required === true);
  const values = query.map(({ name, schema }) => [name, String(example(schema, name, known))] as const);
  const search = new URLSearchParams(Object.fromEntries(values));
  const body = requestBody && example(requestBody.content['application/json'].schema, 'body', known);
  return { path: query.length === 0 ? filled : `${filled}?${search}`, body };
}

function example(schema: Schema, name: string, known: KnownValues): unknown {
  if (schema.$ref !== undefined) return example(resolve(schema.$ref), name, known);
  if (name === 'userId') return known.userId;
  if (schema.example !== undefined) return knownId(schema.example, known);
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return example(schema.anyOf[0], name, known);
  switch (schema.type) {
    case 'object':
      return objectExample(schema, known);
    case 'array':
      return [example(schema.items ?? {}, name, known)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return false;
    default:
      return 'text';
  }
}

function objectExample({ properties = {}, required = [] }: Schema, known: KnownValues) {
  const entries = Object.entries(properties).filter(([name, schema]) => {
    return required.includes(name) || knownId(schema.example, known) !== schema.example;
  });
  return Object.fromEntries(entries.map(([name, schema]) => [name, example(schema, name, known)]));
}

/** An example that is an id becomes the known id of its kind. */
function knownId(value: unknown, known: KnownValues): unknown {
  if (typeof value !== 'string') return value;
  const prefix = /^([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}$/.exec(value)?.[1];
  return prefix === undefined ? value : (known[prefix as IdPrefix] ?? value);
}

function resolve(reference: string): Schema {
  const name = reference.slice('#/components/schemas/'.length);
  return document.components.schemas[name] as Schema;
}
