import cors from 'cors';
import type { RequestHandler } from 'express';
import { forbidden } from '../domain/errors.js';

/**
 * Lets pages of the configured origins call the API. A preflight from any other origin is refused outright; its
 * plain requests get no permission to read the answer, which is all that a server can do about them.
 */
export function crossOrigin(origins: readonly string[]): RequestHandler[] {
  const known = new Set(origins);
  const refuseUnknownPreflight: RequestHandler = (req, _res, next) => {
    const { origin } = req.headers;
    const preflight = req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined;
    if (preflight && (origin === undefined || !known.has(origin))) {
      throw forbidden('origin_not_allowed', 'Pages of this origin may not call the API.');
    }
    next();
  };
  return [
    refuseUnknownPreflight,
    cors({
      origin: [...origins],
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
      exposedHeaders: ['X-Request-Id', 'Idempotent-Replayed', 'Retry-After', 'RateLimit', 'RateLimit-Policy'],
      maxAge: 600,
    }),
  ];
}
