import { definition } from '../contract/contract.js';
import type { Definition, Schema } from '../contract/schema.js';
import { asList, type Form, type FormValue } from '../http/form.js';
import { invalidRequest } from '../http/stripe-error.js';
import { bareObject } from '../store/bare-object.js';
import { checkMetadata } from './metadata.js';

export type Params = Record<string, unknown>;

/** Turns a decoded form into typed parameters, or throws what Stripe would answer. */
export function validateParams(form: Form, paramsName: string | null): Params {
  const shape = (paramsName === null ? undefined : definition(paramsName)) ?? ONLY_EXPAND;
  const params = object(form, shape, '');
  checkLengths(params, paramsName ?? '');
  if (params.starting_after !== undefined && params.ending_before !== undefined)
    throw invalidRequest('You cannot parameterize both starting_after and ending_before.', {
      param: 'starting_after',
    });
  return params;
}

const ONLY_EXPAND: Definition = {
  properties: { expand: { type: 'array', items: { type: 'string' } } },
  required: [],
};

function object(form: Form, shape: Definition, path: string): Params {
  const { properties, required } = shape;
  for (const key in form) if (properties[key] === undefined) throw unknownParams(form, properties, path);
  for (const key of required)
    if (form[key] === undefined)
      throw invalidRequest(`Missing required param: ${join(path, key)}.`, {
        code: 'parameter_missing',
        param: join(path, key),
      });
  const params: Params = {};
  for (const key in form) {
    const schema = properties[key];
    const given = form[key];
    if (schema && given !== undefined) params[key] = value(given, schema, join(path, key));
  }
  return params;
}

function unknownParams(form: Form, properties: Definition['properties'], path: string): Error {
  const names = Object.keys(form)
    .filter((key) => properties[key] === undefined)
    .map((key) => join(path, key));
  const [first = ''] = names;
  const message =
    names.length === 1
      ? `Received unknown parameter: ${first}`
      : `Received unknown parameters: ${names.join(', ')}`;
  return invalidRequest(message, { code: 'parameter_unknown', param: first });
}

function value(given: FormValue, schema: Schema, path: string): unknown {
  if (given === '') return empty(schema, path);
  switch (schema.type) {
    case 'ref':
      return nested(given, schema, path);
    case 'array':
      return array(given, schema, path);
    case 'map':
      return map(given, schema, path);
    case 'union':
      return union(given, schema, path);
    default:
      return scalar(given, schema, path);
  }
}

function empty(schema: Schema, path: string): unknown {
  // The types show the Emptyable of a string, `string | '' | null`, as a string that may be null.
  if (schema.emptyable || schema.nullable || acceptsEmpty(schema, path)) return '';
  throw invalidRequest(
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
    { code: 'parameter_invalid_empty', param: path },
  );
}

/** Metadata values and plain texts such as a customer's name can be cleared, though their types do not say so. */
function acceptsEmpty(schema: Schema, path: string): boolean {
  if (/(^|\[)metadata\]?\[/.test(path)) return true;
  return schema.type === 'string' && !schema.enum && CLEARABLE.has(path);
}

const CLEARABLE = new Set([
  'default_price',
  'description',
  'email',
  'name',
  'nickname',
  'phone',
  'receipt_email',
  'invoice_settings[default_payment_method]',
  'invoice_settings[footer]',
]);

function nested(given: FormValue, schema: Schema, path: string): unknown {
  const shape = definition(schema.ref ?? '');
  if (!shape || typeof given === 'string' || Array.isArray(given)) throw wrong('object', path);
  return object(given, shape, path);
}

function array(given: FormValue, schema: Schema, path: string): unknown[] {
  const list = asList(given);
  const items = schema.items;
  if (!list || !items) throw wrong('array', path);
  return list.map((item, i) => value(item, items, `${path}[${i}]`));
}

function map(given: FormValue, schema: Schema, path: string): unknown {
  if (typeof given === 'string' || Array.isArray(given)) throw wrong('object', path);
  const { items } = schema;
  if (items?.type === 'ref')
    return Object.fromEntries(
      Object.entries(given).map(([key, item]) => [key, value(item, items, `${path}[${key}]`)]),
    );
  // Without a prototype `__proto__` is a key like any other.
  const entries = bareObject<string>();
  const isMetadata = path.endsWith('metadata') || path.endsWith('metadata]');
  for (const key in given) {
    const item = given[key];
    if (typeof item !== 'string') throw wrong('string', `${path}[${key}]`);
    if (isMetadata) checkMetadata(key, item, path);
    entries[key] = item;
  }
  return schema.items ? entries : given;
}

function union(given: FormValue, schema: Schema, path: string): unknown {
  const failures: { member: Schema; error: Error }[] = [];
  for (const member of schema.anyOf ?? []) {
    try {
      return value(given, member, path);
    } catch (error) {
      failures.push({ member, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  // What is wrong inside `created[gte]` is told by the member that has an inside.
  const alike = failures.find(({ member }) => isText(member) === (typeof given === 'string'));
  throw (alike ?? failures[0])?.error ?? wrong('value', path);
}

function isText({ type }: Schema): boolean {
  return !['array', 'list', 'map', 'ref', 'union'].includes(type);
}

function scalar(given: FormValue, schema: Schema, path: string): unknown {
  if (typeof given !== 'string') throw wrong(schema.type, path);
  if (schema.type === 'boolean') {
    // The SDK for Python writes True and False.
    if (/^(true|false)$/i.test(given)) return given.toLowerCase() === 'true';
    throw invalidRequest(`Invalid boolean: ${given}`, { param: path });
  }
  if (schema.type === 'integer') return integer(given, path);
  if (schema.type === 'number') {
    if (Number.isFinite(Number(given))) return Number(given);
    throw invalidRequest(`Invalid decimal: ${given}`, { param: path });
  }
  if (schema.enum && !schema.enum.includes(given)) throw notOneOf(schema.enum, path);
  if (given.length > mostCharacters(path)) throw tooLong(given, path, mostCharacters(path));
  return given;
}

function integer(given: string, path: string): number {
  const number = Number(given);
  if (/^-?\d+$/.test(given) && Number.isSafeInteger(number)) return number;
  throw invalidRequest(`Invalid integer: ${given}`, { code: 'parameter_invalid_integer', param: path });
}

function notOneOf(choices: readonly unknown[], path: string): Error {
  const names = choices.map(String);
  const last = names.at(-1) ?? '';
  const list =
    names.length > 1 ? `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} or ${last}` : last;
  return invalidRequest(`Invalid ${path}: must be one of ${list}`, { param: path });
}

function wrong(expected: string, path: string): Error {
  return invalidRequest(`Invalid ${expected}`, { param: path });
}

function tooLong(given: string, path: string, most: number): Error {
  return invalidRequest(
    `Invalid string: ${given.slice(0, 10)}...${given.slice(-3)}; must be at most ${most} characters`,
    { param: path },
  );
}

const MOST_CHARACTERS = 5000;
const LONG_TEXT = 40_000;

function mostCharacters(path: string): number {
  if (path.startsWith('statement_descriptor')) return 22;
  return path === 'description' ? LONG_TEXT : MOST_CHARACTERS;
}

const CUSTOMER = { email: 512, name: 256, phone: 20 };

/** The SDK's types do not tell lengths: those that differ from the usual 5000. */
const LENGTHS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ChargeUpdateParams: { description: LONG_TEXT },
  CouponCreateParams: { name: 40 },
  CouponUpdateParams: { name: 40 },
  CustomerCreateParams: CUSTOMER,
  CustomerUpdateParams: CUSTOMER,
  PaymentIntentCreateParams: { description: 1000 },
  PaymentIntentUpdateParams: { description: 1000 },
  ProductCreateParams: { description: LONG_TEXT },
  ProductUpdateParams: { description: LONG_TEXT },
  SetupIntentCreateParams: { description: 1000 },
  SetupIntentUpdateParams: { description: 1000 },
};

function checkLengths(params: Params, name: string): void {
  const lengths = LENGTHS[name];
  for (const key in lengths) checkLength(params, key, lengths[key] ?? MOST_CHARACTERS);
  if (lengths?.description === undefined) checkLength(params, 'description', MOST_CHARACTERS);
}

function checkLength(params: Params, key: string, most: number): void {
  const text = params[key];
  if (typeof text === 'string' && text.length > most) throw tooLong(text, key, most);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}[${key}]`;
}
