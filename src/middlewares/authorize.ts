import type { RequestHandler } from 'express';
import { forbidden } from '../domain/errors.js';
import type { Scope } from '../domain/rows/api-key.js';
import { callerOf } from './request-context.js';

/** The key must have this very scope: none includes another. */
export function authorize(scope: Scope): RequestHandler {
  return (_req, res, next) => {
    if (!callerOf(res).scopes.includes(scope)) {
      throw forbidden('insufficient_scope', `This needs an API key with the scope ${scope}.`);
    }
    next();
  };
}
