import type { RequestHandler } from 'express';
import { forbidden } from '../domain/errors.js';
import type { Scope } from '../domain/rows/api-key.js';
import { callerOf } from './request-context.js';

/** The caller must have this very scope: none includes another. Of a user's token `serverOnly` takes none at all. */
export function authorize(access: { scope: Scope; serverOnly?: true }): RequestHandler {
  return (_req, res, next) => {
    const { userId, scopes } = callerOf(res);
    if (access.serverOnly === true && userId !== null) {
      throw forbidden(
        'api_key_required',
        'A user’s token may not do this: ask your server, which has an API key.',
      );
    }
    if (!scopes.includes(access.scope)) {
      throw forbidden('insufficient_scope', `This needs an API key with the scope ${access.scope}.`);
    }
    next();
  };
}
