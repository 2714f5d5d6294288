import type { Request, RequestHandler } from 'express';
import { isGuichetError, unauthenticated } from '../domain/errors.js';
import { type Principal, userScopes } from '../domain/principal.js';
import type { ApiKeyRow } from '../domain/rows/api-key.js';
import { type RequestLimits, takeOfAddress } from './rate-limit.js';

/**
 * Says who sent a request; null when nobody did. May throw a `GuichetError` that says what is wrong with what was
 * shown. An embedding app brings its own.
 */
export type Authenticate = (req: Request) => Promise<Principal | null>;

export type FindApiKey = (token: string) => Promise<ApiKeyRow | null>;

/** Gives the user's id. Throws 401 for a token that is not valid now, 503 when that cannot be told. */
export type VerifyUserToken = (token: string) => Promise<string>;

const BEARER = /^Bearer +([\w.~+/-]{1,8000}=*)$/i;
const API_KEY = /^gk_[\w-]{1,200}$/;
/** Three parts, of which the last is empty where nobody signed: it is for the verification to refuse that. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * 401 for a stranger, and 429 for many of one address; otherwise the principal is there for the rest of the pipeline
 * (`callerOf`). Whoever proves who they are is not held up by others of the same address.
 */
export function requirePrincipal(authenticate: Authenticate, limits: RequestLimits): RequestHandler {
  return async (req, res, next) => {
    try {
      res.locals.principal = requireSomebody(await authenticate(req));
    } catch (error) {
      if (isGuichetError(error) && error.category === 'unauthenticated')
        await takeOfAddress(limits.anonymous, req, res);
      throw error;
    }
    next();
  };
}

function requireSomebody(principal: Principal | null): Principal {
  if (principal !== null) return principal;
  throw unauthenticated(
    'authentication_required',
    'Send an API key (gk_…) or a user’s token: Authorization: Bearer …',
  );
}

/**
 * `Authorization: Bearer <API key or user's JWT>`. Which of the two it is shows in its form, so that neither is
 * ever tried as the other. An unknown key and a revoked one get the same 401. Without `verifyUserToken`
 * no user's token is taken.
 */
export function bearerAuthentication(parts: {
  findApiKey: FindApiKey;
  verifyUserToken: VerifyUserToken | null;
}): Authenticate {
  const { findApiKey, verifyUserToken } = parts;
  return async ({ headers: { authorization } }) => {
    if (authorization === undefined) return null;
    const token = BEARER.exec(authorization)?.[1];
    if (token !== undefined && JWT.test(token)) {
      if (verifyUserToken === null) throw noUserTokens();
      return { userId: await verifyUserToken(token), scopes: userScopes };
    }
    const apiKey = token !== undefined && API_KEY.test(token) ? await findApiKey(token) : null;
    if (apiKey === null || apiKey.revokedAt !== null) {
      throw unauthenticated('invalid_api_key', 'The API key is unknown or was revoked.');
    }
    return { userId: null, scopes: apiKey.scopes, apiKeyId: apiKey._id };
  };
}

function noUserTokens() {
  return unauthenticated(
    'invalid_token',
    'This service takes API keys alone: for users’ tokens set JWT_JWKS_URL or JWT_SECRET.',
  );
}
