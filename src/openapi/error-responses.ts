import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import { type ZodType, z } from 'zod';
import { problemBody } from '../middlewares/to-problem.js';
import type { Route } from '../routes/route.js';
import type { CatalogueEntry } from './catalogue-entry.js';
import { type ErrorCode, errorCatalogue } from './error-catalogue.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'Nobody said who is asking',
  402: 'The bank or Stripe declined',
  403: 'The caller may not do this',
  404: 'There is no such object',
  409: 'The state of the object does not allow it now',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'Well formed, and cannot be carried out',
  429: 'Too many requests',
  500: 'A mistake of ours',
  503: 'Send the same request again',
};

const WITH_KEY: readonly ErrorCode[] = [
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_key_in_use',
  'idempotency_key_reused',
];
const WITH_BODY: readonly ErrorCode[] = ['invalid_json', 'body_too_large', 'unsupported_media_type'];
const WITH_SCOPE: readonly ErrorCode[] = [
  'authentication_required',
  'invalid_api_key',
  'insufficient_scope',
  'rate_limited',
  'database_unavailable',
];
const FOR_USERS: readonly ErrorCode[] = ['invalid_token', 'token_expired', 'identity_provider_unavailable'];

/** What the route names, and what every route of its kind may answer besides. */
export function errorCodesOf(route: Route): ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      'validation_failed',
      'unknown_field',
      'card_number_refused',
      ...(route.request.body === undefined ? [] : WITH_BODY),
      ...(route.idempotency === true ? WITH_KEY : []),
      ...(route.scope === null ? [] : [...WITH_SCOPE, ...FOR_USERS]),
      ...(route.serverOnly === true ? (['api_key_required'] as const) : []),
      ...(takesUserId(route) ? (['user_mismatch'] as const) : []),
      ...(route.sameOrigin === true ? (['origin_not_allowed'] as const) : []),
      ...route.errors,
      'internal_error',
    ]),
  ];
}

function takesUserId({ request: { body, query } }: Route): boolean {
  return [body, query].some((schema) => schema instanceof z.ZodObject && 'userId' in schema.shape);
}

/** One response a status, with one example a code. */
export function problemResponses(codes: readonly ErrorCode[], schema: ZodType): RouteConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [status, responseOf(status, those, schema)]),
  );
}

function responseOf(status: number, codes: readonly ErrorCode[], schema: ZodType) {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
  const retry = codes.some((code) => entryOf(code).retryAfterSeconds !== undefined);
  const description = 'Seconds after which the same request may be sent again';
  return {
    description: TITLES[status] ?? String(status),
    ...(retry
      ? { headers: { 'Retry-After': { description, schema: { type: 'integer' as const, example: 1 } } } }
      : {}),
    content: { 'application/problem+json': { schema, examples } },
  };
}

function exampleOf(code: ErrorCode): Record<string, unknown> {
  const { status, detail, errors = [], stripe = null, extra = {} } = entryOf(code);
  const problem = { status, code, detail, errors, stripe, extra };
  return problemBody(problem, 'req_01JHMZ5T8GCQ4W7V3K9X2B6N0J');
}

function entryOf(code: ErrorCode): CatalogueEntry {
  return errorCatalogue[code];
}
