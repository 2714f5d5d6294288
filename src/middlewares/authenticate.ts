import type { RequestHandler } from 'express';
import { unauthenticated } from '../domain/errors.js';
import type { ApiKeyRow } from '../domain/rows/api-key.js';

export type FindApiKey = (token: string) => Promise<ApiKeyRow | null>;

const BEARER = /^Bearer +(gk_[\w-]{1,200})$/i;

/** `Authorization: Bearer gk_…`. An unknown key and a revoked one get the same 401. */
export function authenticate(findApiKey: FindApiKey): RequestHandler {
  return async (req, res, next) => {
    const { authorization } = req.headers;
    if (authorization === undefined) {
      throw unauthenticated('authentication_required', 'Send your API key: Authorization: Bearer gk_…');
    }
    const token = BEARER.exec(authorization)?.[1];
    const apiKey = token === undefined ? null : await findApiKey(token);
    if (apiKey === null || apiKey.revokedAt !== null) {
      throw unauthenticated('invalid_api_key', 'The API key is unknown or was revoked.');
    }
    res.locals.apiKey = apiKey;
    next();
  };
}
