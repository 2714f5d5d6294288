import type { RequestHandler, Response } from 'express';
import { unauthenticated } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { newId } from '../utils/ids.js';
import { containsCardNumber } from '../utils/redact.js';

declare global {
  namespace Express {
    interface Locals {
      requestId?: string;
      principal?: Principal;
    }
  }
}

/** Gives the request its id, which is in the answer, in every log line and in the audit trail. */
export function requestContext(): RequestHandler {
  return (req, res, next) => {
    const requestId = requestIdFrom(req.headers['x-request-id']);
    res.locals.requestId = requestId;
    res.set('X-Request-Id', requestId);
    next();
  };
}

/** The caller's own id where it is sane: it goes into logs as it is. */
export function requestIdFrom(header: string | string[] | undefined): string {
  const sane = typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header) && !containsCardNumber(header);
  return sane ? header : newId('req');
}

export function requestIdOf(res: Response): string {
  return res.locals.requestId ?? 'req_unknown';
}

/** Who asks. Throws on a route without authentication. */
export function callerOf(res: Response): Principal {
  const { principal } = res.locals;
  if (principal === undefined) throw unauthenticated('authentication_required', 'Nobody said who is asking.');
  return principal;
}
