import { type ZodType, z } from 'zod';
import type { ApiRequest, Services } from '../controllers/controller.js';
import type { Scope } from '../domain/rows/api-key.js';
import type { Reply } from '../middlewares/answer.js';
import { validateInput, validateParams } from '../middlewares/validate.js';
import type { ErrorCode } from '../openapi/error-catalogue.js';

export interface RouteResponse {
  description: string;
  schema: ZodType;
}

interface RouteFacts {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** As Express writes it: `/api/orders/:id`. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  /** Null for what anybody may ask. */
  scope: Scope | null;
  /** For a server's key alone: a user may not do it, not even to what is theirs. */
  serverOnly?: true;
  /** For a page of ours alone: a page of another origin gets 403. */
  sameOrigin?: true;
  /** The header is required, and the first final answer is the only one. */
  idempotency?: true;
  responses: Readonly<Partial<Record<Reply['status'], RouteResponse>>>;
  /** Those of the use case; what every endpoint of its kind may answer is added by the document. */
  errors: readonly ErrorCode[];
}

interface RequestSchemas<Body, Params, Query> {
  body?: ZodType<Body>;
  params?: ZodType<Params>;
  query?: ZodType<Query>;
}

export interface RawInput {
  body: unknown;
  params: unknown;
  query: unknown;
}

/** Validated input that waits to be handled; an Idempotency-Key is claimed in between. */
export interface PreparedCall extends RawInput {
  run(call: ApiRequest['call'], services: Services): Promise<Reply>;
}

/** An endpoint whose input types were checked against its handler, and are not needed any more. */
export interface Route extends RouteFacts {
  request: RequestSchemas<unknown, unknown, unknown>;
  /** Throws 400 or 404. */
  prepare(raw: RawInput): PreparedCall;
}

const nothing = z.undefined();
const noQuery = z.strictObject({});

/** One endpoint, once: the Express route, its OpenAPI path, who may call it, and whether it takes a key. */
export function route<Body = undefined, Params = undefined, Query = undefined>(
  definition: RouteFacts & {
    request?: RequestSchemas<Body, Params, Query>;
    handler: (request: ApiRequest<Body, Params, Query>, services: Services) => Promise<Reply>;
  },
): Route {
  const { handler, request = {}, ...facts } = definition;
  // A type parameter without a schema is its default, `undefined`.
  const bodySchema = request.body ?? (nothing as ZodType<unknown> as ZodType<Body>);
  const paramsSchema = request.params ?? (nothing as ZodType<unknown> as ZodType<Params>);
  const querySchema = request.query ?? (noQuery as ZodType<unknown> as ZodType<Query>);
  return {
    ...facts,
    request,
    prepare(raw) {
      const params = validateParams(paramsSchema, request.params === undefined ? undefined : raw.params);
      // Express gives an object without a prototype.
      const query = validateInput(querySchema, { ...(raw.query as object) });
      const body = validateInput(bodySchema, request.body === undefined ? undefined : raw.body);
      return {
        body,
        params,
        query,
        run: (call, services) => handler({ body, params, query, call }, services),
      };
    },
  };
}
