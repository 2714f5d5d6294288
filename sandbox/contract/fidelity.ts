import type { ApiObject, StoredEvent } from '../store/kinds.js';
import type { Change } from '../store/transaction.js';
import { contract, definition } from './contract.js';
import type { ContractRoute, Definition, Schema } from './schema.js';

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

/** Compares values with schemas; definitions that `lookUp` does not know are not compared. */
export class Comparison {
  constructor(private readonly lookUp: (name: string) => Definition | undefined) {}

  violationsOf(value: unknown, schema: Schema, path = ''): string[] {
    if (value === undefined) return [`${path} is undefined`];
    if (value === null) return schema.nullable || schema.type === 'any' ? [] : [`${path} is null`];
    if (schema.expands && typeof value === 'object')
      return this.oneOf(value, schema.expands.map(reference), path);
    const items = schema.items ?? { type: 'any' };
    switch (schema.type) {
      case 'any':
        return [];
      case 'ref':
        return this.object(value, schema.ref ?? '', path);
      case 'union':
        return this.oneOf(value, schema.anyOf ?? [], path);
      case 'array':
        if (!Array.isArray(value)) return [`${path} is not an array`];
        return value.flatMap((item, i) => this.violationsOf(item, items, `${path}[${i}]`));
      case 'map':
        return Object.entries(value).flatMap(([key, item]) =>
          this.violationsOf(item, items, `${path}.${key}`),
        );
      case 'list':
        return this.list(value, schema, path);
      default:
        return scalar(value, schema, path);
    }
  }

  private oneOf(value: unknown, schemas: readonly Schema[], path: string): string[] {
    let fewest: string[] | undefined;
    for (const schema of schemas) {
      const found = this.violationsOf(value, schema, path);
      if (found.length === 0) return [];
      if (!fewest || found.length < fewest.length) fewest = found;
    }
    return fewest ?? [];
  }

  private object(value: unknown, name: string, path: string): string[] {
    const shape = this.lookUp(name);
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
      return schema
        ? this.violationsOf(item, schema, `${path}.${key}`)
        : [`${path}.${key} is not in ${name}`];
    });
    return [...missing, ...found];
  }

  private list(value: unknown, schema: Schema, path: string): string[] {
    const given = value as { object?: unknown; data?: unknown; has_more?: unknown; url?: unknown };
    if (given.object !== 'list' || !Array.isArray(given.data)) return [`${path} is not a list`];
    if (typeof given.has_more !== 'boolean' || typeof given.url !== 'string')
      return [`${path} lacks has_more or url`];
    const items = schema.items ?? { type: 'any' };
    return given.data.flatMap((item, i) => this.violationsOf(item, items, `${path}.data[${i}]`));
  }
}

const withContract = new Comparison(definition);

export function violationsOf(value: unknown, schema: Schema, path = ''): string[] {
  return withContract.violationsOf(value, schema, path);
}

function reference(name: string): Schema {
  return { type: 'ref', ref: name };
}

function scalar(value: unknown, schema: Schema, path: string): string[] {
  const expected = schema.type === 'integer' ? 'number' : schema.type;
  if (typeof value !== expected) return [`${path} is ${JSON.stringify(value)}, not a ${expected}`];
  if (schema.type === 'integer' && !Number.isSafeInteger(value)) return [`${path} is not an integer`];
  if (schema.enum && !schema.enum.includes(value as string))
    return [`${path} is ${JSON.stringify(value)}, not in its enum`];
  return [];
}
