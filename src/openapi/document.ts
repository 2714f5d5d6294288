import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { userScopes } from '../domain/principal.js';
import type { Route } from '../routes/route.js';
import { problemResponse } from '../schemas/shared/problem.js';
import { curlOf } from './curl.js';
import { errorCodesOf, problemResponses } from './error-responses.js';
import { registerWebhookPaths } from './webhook-path.js';

const VERSION = '0.1.0';

const requestIdHeader = {
  'X-Request-Id': { description: 'The id of this request in logs', schema: { type: 'string' } },
} as const;

const keyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(257)
    .meta({
      description:
        '1 to 255 visible ASCII characters, quoted or bare. The same key with the same request gets the same ' +
        'answer; after an answer with Retry-After the same key resumes.',
      example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
    }),
});

/** The whole API as OpenAPI 3.1, from the very objects that serve it. */
export function buildDocument(routes: readonly Route[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key of Guichet, gk_…: for servers.',
  });
  registry.registerComponent('securitySchemes', 'userToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A user’s own token. It sees and changes only what is theirs: anything else is 404.',
  });
  for (const route of routes) registry.registerPath(pathOf(route));
  registerWebhookPaths(registry);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Guichet',
      version: VERSION,
      description: 'Payments on Stripe. Amounts are integers in the minor unit of their currency.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
  });
}

function pathOf(route: Route): RouteConfig {
  const { body, params, query } = route.request;
  return {
    method: route.method,
    path: route.path.replace(/:(\w+)/g, '{$1}'),
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [...route.tags],
    security: securityOf(route),
    ...(route.scope === null ? {} : { 'x-scope': route.scope }),
    'x-codeSamples': [{ lang: 'Shell', label: 'cURL', source: curlOf(route) }],
    request: {
      ...(body === undefined
        ? {}
        : {
            body: { required: true, content: { 'application/json': { schema: body, ...exampleOf(body) } } },
          }),
      ...(params instanceof z.ZodObject ? { params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(route.idempotency === true ? { headers: keyHeader } : {}),
    },
    responses: { ...successResponses(route), ...problemResponses(errorCodesOf(route), problemResponse) },
  };
}

/** Beside the schema, for readers that do not look into one: its own example. */
function exampleOf(schema: z.ZodType): { example?: unknown } {
  const { example } = schema.meta() ?? {};
  return example === undefined ? {} : { example };
}

/** Users' tokens have no other scopes than these, and some endpoints take none of them. */
function securityOf({ scope, serverOnly }: Route): Record<string, string[]>[] {
  if (scope === null) return [];
  const forUsers = serverOnly !== true && userScopes.includes(scope);
  return [{ apiKey: [] }, ...(forUsers ? [{ userToken: [] }] : [])];
}

function successResponses(route: Route): RouteConfig['responses'] {
  const replayed = {
    'Idempotent-Replayed': {
      description: '`true` when the answer was given before',
      schema: { type: 'string', const: 'true' },
    },
  } as const;
  const headers = { ...requestIdHeader, ...(route.idempotency === true ? replayed : {}) };
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, { description, schema }]) => {
      const content = { 'application/json': { schema, ...exampleOf(schema) } };
      return [status, { description, headers, content }];
    }),
  );
}
