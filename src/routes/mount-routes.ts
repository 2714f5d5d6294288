import type { Express, Request, RequestHandler, Response } from 'express';
import type { Services } from '../controllers/controller.js';
import { actorOf, callerNameOf } from '../domain/principal.js';
import type { Scope } from '../domain/rows/api-key.js';
import { answerOf, sendAnswer } from '../middlewares/answer.js';
import { type Authenticate, requirePrincipal } from '../middlewares/authenticate.js';
import { authorize } from '../middlewares/authorize.js';
import { answerOnce, type IdempotencyDependencies } from '../middlewares/idempotency.js';
import { hashRequest, parseIdempotencyKey } from '../middlewares/idempotency-key.js';
import type { InFlight } from '../middlewares/in-flight.js';
import { methodNotAllowed } from '../middlewares/not-found.js';
import { limitCaller, type RequestLimits } from '../middlewares/rate-limit.js';
import { readJsonBody } from '../middlewares/read-json-body.js';
import { refuseCardNumbers } from '../middlewares/refuse-card-numbers.js';
import { callerOf, requestIdOf } from '../middlewares/request-context.js';
import { type OwnerOf, requireOwn } from '../middlewares/require-own.js';
import { requireSameOrigin } from '../middlewares/same-origin.js';
import type { CallContext } from '../services/use-cases.js';
import { addressKey } from '../utils/address-key.js';
import type { PreparedCall, Route } from './route.js';

export interface RouteDependencies extends IdempotencyDependencies {
  services: Services;
  authenticate: Authenticate;
  ownerOf: OwnerOf;
  limits: RequestLimits;
  inFlight: InFlight;
  bodyLimitBytes: number;
}

/** Every route in the same order: authenticate, limit, authorize, read, validate, ownership, idempotency, handler. */
export function mountRoutes(app: Express, routes: readonly Route[], dependencies: RouteDependencies): void {
  for (const route of routes) app[route.method](route.path, ...pipeline(route, dependencies));
  for (const [path, methods] of methodsByPath(routes)) app.all(path, methodNotAllowed(methods));
}

function pipeline(route: Route, dependencies: RouteDependencies): RequestHandler[] {
  const access = route.scope === null ? [] : accessTo({ ...route, scope: route.scope }, dependencies);
  const origin = route.sameOrigin === true ? [requireSameOrigin] : [];
  const { body } = route.request;
  const reading = body === undefined ? [] : readJsonBody(dependencies.bodyLimitBytes);
  return [...access, ...origin, ...reading, refuseCardNumbers, handle(route, dependencies)];
}

function accessTo(
  { scope, serverOnly }: { scope: Scope; serverOnly?: true },
  { authenticate, limits }: RouteDependencies,
): RequestHandler[] {
  return [
    requirePrincipal(authenticate, limits),
    limitCaller(limits),
    authorize({ scope, ...(serverOnly ? { serverOnly } : {}) }),
  ];
}

function handle(route: Route, dependencies: RouteDependencies): RequestHandler {
  return async (req, res) => {
    const { body, params, query } = req;
    const prepared = route.prepare({ body, params, query });
    if (route.scope !== null) await requireOwn(prepared, callerOf(res), dependencies.ownerOf);
    const answer = await dependencies.inFlight.track(
      route.idempotency === true
        ? runOnce({ route, req, res, prepared }, dependencies)
        : prepared.run(callContext(route, res), dependencies.services).then(answerOf),
    );
    sendAnswer(res, answer);
  };
}

function runOnce(
  about: { route: Route; req: Request; res: Response; prepared: PreparedCall },
  dependencies: RouteDependencies,
) {
  const { route, req, res, prepared } = about;
  const call = callContext(route, res);
  const request = {
    caller: callerNameOf(callerOf(res)),
    route: `${route.method.toUpperCase()} ${route.path}`,
    key: parseIdempotencyKey(req.headers['idempotency-key']),
    requestHash: hashRequest(prepared),
    requestId: call.requestId,
  };
  return answerOnce(
    request,
    (claim) => prepared.run({ ...call, idempotency: claim }, dependencies.services),
    dependencies,
  );
}

function callContext(route: Route, res: Response): CallContext {
  const requestId = requestIdOf(res);
  const address = addressKey(res.req.ip);
  if (route.scope === null)
    return { requestId, actor: { type: 'system', id: 'anonymous' }, idempotency: null, address };
  const caller = callerOf(res);
  const known = { requestId, actor: actorOf(caller), scopes: caller.scopes, idempotency: null };
  return caller.userId === null ? known : { ...known, address };
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  return methods;
}
