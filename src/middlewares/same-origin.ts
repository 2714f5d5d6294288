import type { RequestHandler } from 'express';
import { forbidden } from '../domain/errors.js';

/**
 * Lets a page of this service call, and no page of another origin. Browsers say where a request comes from, and a page
 * cannot make them say otherwise; a caller that is no browser has no cookies to borrow either.
 */
export const requireSameOrigin: RequestHandler = (req, _res, next) => {
  const site = req.headers['sec-fetch-site'];
  const { origin } = req.headers;
  const foreign =
    site === undefined ? origin !== undefined && hostOf(origin) !== req.host : site !== 'same-origin';
  if (foreign) throw forbidden('origin_not_allowed', 'Only the checkout page itself may call this.');
  next();
};

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
