import type { ApiObject, StoredEvent } from '../store/kinds.js';
import type { Change } from '../store/transaction.js';
import { contract, definition } from './contract.js';
import type { ContractRoute, Schema } from './schema.js';

/** Compares what the sandbox says with what the SDK's types promise. */
export class FidelityChecks {
  /** Every violation so far, also those of jobs, which have nobody to answer to. */
  readonly violations: string[] = [];

  checkAnswer(route: ContractRoute, answer: ApiObject): void {
    this.report(`${route.method} ${route.path}`, violationsOf(answer, route.returns));
  }

  checkChanges(changes: readonly Change[]): void {
    for (const { kind, object } of changes)
      if (kind === 'event' && object) this.checkEvent(object as StoredEvent);
  }

  private checkEvent(event: StoredEvent): void {
    const schema = contract.events[event.type];
    const envelope = violationsOf(event, { type: 'ref', ref: 'EventBase' });
    const inside = schema
      ? violationsOf(event.data.object, schema, 'data.object')
      : ['is not an event type of the contract'];
    this.report(event.type, [...envelope, ...inside]);
  }

  private report(where: string, found: readonly string[]): void {
    if (found.length === 0) return;
    this.violations.push(...found.map((text) => `${where}: ${text}`));
    throw new Error(`The sandbox breaks the contract in ${where}: ${found.join('; ')}`);
  }
}

export function violationsOf(value: unknown, schema: Schema, path = ''): string[] {
  if (value === undefined) return [`${path} is undefined`];
  if (value === null) return schema.nullable || schema.type === 'any' ? [] : [`${path} is null`];
  if (schema.expands && typeof value === 'object') return oneOf(value, schema.expands.map(reference), path);
  switch (schema.type) {
    case 'any':
      return [];
    case 'ref':
      return object(value, schema.ref ?? '', path);
    case 'union':
      return oneOf(value, schema.anyOf ?? [], path);
    case 'array':
      if (!Array.isArray(value)) return [`${path} is not an array`];
      return value.flatMap((item, i) => violationsOf(item, schema.items ?? { type: 'any' }, `${path}[${i}]`));
    case 'map':
      return Object.entries(value).flatMap(([key, item]) =>
        violationsOf(item, schema.items ?? { type: 'any' }, `${path}.${key}`),
      );
    case 'list':
      return list(value, schema, path);
    default:
      return scalar(value, schema, path);
  }
}

function reference(name: string): Schema {
  return { type: 'ref', ref: name };
}

function oneOf(value: unknown, schemas: readonly Schema[], path: string): string[] {
  let fewest: string[] | undefined;
  for (const schema of schemas) {
    const found = violationsOf(value, schema, path);
    if (found.length === 0) return [];
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  return fewest ?? [];
}

function object(value: unknown, name: string, path: string): string[] {
  const shape = definition(name);
  // Named by the contract but not covered: nothing to compare with.
  if (!shape) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} is not an object`];
  const fields = value as Record<string, unknown>;
  const missing = shape.required
    .filter((key) => fields[key] === undefined)
    .map((key) => `${path}.${key} is missing`);
  // The types leave the inside of an event's data and of use_stripe_sdk open.
  if (Object.keys(shape.properties).length === 0 || name === 'Event.Data') return missing;
  const found = Object.entries(fields).flatMap(([key, item]) => {
    const schema = shape.properties[key];
    return schema ? violationsOf(item, schema, `${path}.${key}`) : [`${path}.${key} is not in ${name}`];
  });
  return [...missing, ...found];
}

function list(value: unknown, schema: Schema, path: string): string[] {
  const given = value as { object?: unknown; data?: unknown; has_more?: unknown; url?: unknown };
  if (given.object !== 'list' || !Array.isArray(given.data)) return [`${path} is not a list`];
  if (typeof given.has_more !== 'boolean' || typeof given.url !== 'string')
    return [`${path} lacks has_more or url`];
  return given.data.flatMap((item, i) =>
    violationsOf(item, schema.items ?? { type: 'any' }, `${path}.data[${i}]`),
  );
}

function scalar(value: unknown, schema: Schema, path: string): string[] {
  const expected = schema.type === 'integer' ? 'number' : schema.type;
  if (typeof value !== expected) return [`${path} is ${JSON.stringify(value)}, not a ${expected}`];
  if (schema.type === 'integer' && !Number.isSafeInteger(value)) return [`${path} is not an integer`];
  if (schema.enum && !schema.enum.includes(value as string))
    return [`${path} is ${JSON.stringify(value)}, not in its enum`];
  return [];
}
