import { isGuichetError } from '../domain/errors.js';
import { redactSecrets } from '../utils/redact.js';

const REDACTED = '[redacted]';
const MAX_TEXT = 2000;
const MAX_ITEMS = 20;
const MAX_CAUSES = 3;

/** Values under these names are never written, whatever they hold. */
const SENSITIVE_NAME =
  /secret|authorization|cookie|password|token|signature|idempotency.?key|api.?key|email|card.?number|cvc|payload|body/i;

/** Pino serialises a field that its formatter has already described; a description is described as itself. */
const descriptions = new WeakSet<object>();

type Primitive = string | number | boolean | null;
type Fields = Record<string, unknown>;

/**
 * What a log line may hold: numbers, booleans, dates, short texts and lists of them, and the described `err`, `req`
 * and `res`. Any other object is left out: an object that somebody logs whole is how secrets get into logs.
 */
export function allowedFields(fields: Fields): Fields {
  const allowed: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    allowed[name] = allowedField(name, value);
  }
  return allowed;
}

/** An error as type, message, codes and stack frames: never its headers, payload, or the request that it carries. */
export function describeError(thrown: unknown, depth = 0): Fields {
  if (isDescription(thrown)) return thrown;
  if (!(thrown instanceof Error)) return description({ message: allowedField('thrown', thrown) });
  const about = thrown as Error & Fields;
  const described: Fields = {
    type: text(about.name),
    message: errorMessage(about),
    code: primitive(about.code),
    statusCode: primitive(about.statusCode),
    ...guichetFields(about),
    ...stripeFields(about),
    stack: frames(about.stack),
  };
  if (about.cause !== undefined && depth < MAX_CAUSES)
    described.cause = describeError(about.cause, depth + 1);
  return description(described);
}

/** Method and path. The query is left out: Stripe's return URLs carry client secrets there. */
export function describeRequest(request: unknown): Fields {
  if (isDescription(request)) return request;
  if (!isObject(request)) return {};
  const path = typeof request.url === 'string' ? (request.url.split('?')[0] ?? '') : undefined;
  return description({
    id: primitive(request.id),
    method: primitive(request.method),
    path: path === undefined ? undefined : pathText(path),
  });
}

export function describeResponse(response: unknown): Fields {
  if (isDescription(response)) return response;
  return isObject(response) ? description({ statusCode: primitive(response.statusCode) }) : {};
}

function allowedField(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (name === 'err') return describeError(value);
  if (name === 'req') return describeRequest(value);
  if (name === 'res') return describeResponse(value);
  if (SENSITIVE_NAME.test(name)) return REDACTED;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => primitive(item) ?? '[left out]');
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return primitive(value) ?? '[left out]';
}

function guichetFields(error: Error): Fields {
  if (!isGuichetError(error)) return {};
  const extra = Object.fromEntries(
    Object.entries(error.extra).map(([name, value]) => [name, allowedField(name, value)]),
  );
  return { category: error.category, ...extra };
}

/** The SDK's errors hold the answer's headers and, for a signature, the header and payload that were sent. */
function stripeFields(error: Error & Fields): Fields {
  if (typeof error.type !== 'string' || !error.type.startsWith('Stripe')) return {};
  return {
    type: text(error.type),
    stripeType: primitive(error.rawType),
    declineCode: primitive(error.decline_code),
    param: primitive(error.param),
    stripeRequestId: primitive(error.requestId),
  };
}

function errorMessage(error: Error): string {
  // JSON.parse quotes the text that it could not read; a duplicate key error quotes the value.
  if (error.name === 'SyntaxError') return 'the text is not valid';
  return text(error.message.replace(/dup key: \{[\s\S]*/, 'dup key: [redacted]'));
}

/** Only the frames: the first lines of a stack repeat the message. */
function frames(stack: string | undefined): string | undefined {
  const lines = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.length === 0 ? undefined : text(lines.slice(0, 15).join('\n'));
}

/** An escape could part the digits of a card number: then the path is told as it reads. */
function pathText(path: string): string {
  const decoded = decodedOrNull(path);
  return decoded === null || redactSecrets(decoded) === decoded ? text(path) : text(decoded);
}

function decodedOrNull(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function primitive(value: unknown): Primitive | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return text(String(value));
  if (typeof value === 'number') return redactSecrets(String(value)) === String(value) ? value : REDACTED;
  return undefined;
}

function text(value: string): string {
  const short = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)` : value;
  return redactSecrets(short);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isDescription(value: unknown): value is Fields {
  return isObject(value) && descriptions.has(value);
}

function description(fields: Fields): Fields {
  const described = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  descriptions.add(described);
  return described;
}
