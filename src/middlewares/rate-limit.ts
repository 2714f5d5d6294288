import type { Request, RequestHandler, Response } from 'express';
import { rateLimited } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import type { Allowance, Limit, Limiter } from '../redis/limiter.js';
import { addressKey } from '../utils/address-key.js';
import { callerOf } from './request-context.js';

/** Null where there is no limit. */
export interface RequestLimits {
  apiKey: Limiter | null;
  user: Limiter | null;
  /** For who is not known, by address. */
  anonymous: Limiter | null;
}

/** Counts a request of a known caller, whatever its address: many may share one. */
export function limitCaller(limits: RequestLimits): RequestHandler {
  return async (_req, res, next) => {
    const { limiter, key } = limitOf(callerOf(res), limits);
    if (limiter) await take(limiter, key, res);
    next();
  };
}

/** Counts a request of somebody unknown. */
export function limitAddress({ anonymous }: RequestLimits): RequestHandler {
  return async (req, res, next) => {
    await takeOfAddress(anonymous, req, res);
    next();
  };
}

/** Throws 429 when too many unknown requests came from an address. */
export async function takeOfAddress(limiter: Limiter | null, req: Request, res: Response): Promise<void> {
  if (limiter) await take(limiter, addressKey(req.ip), res);
}

/** A host that embeds us limits its own callers. */
function limitOf({ userId, apiKeyId }: Principal, { apiKey, user }: RequestLimits) {
  if (userId !== null) return { limiter: user, key: userId };
  return { limiter: apiKeyId === undefined ? null : apiKey, key: apiKeyId ?? '' };
}

async function take(limiter: Limiter, key: string, res: Response): Promise<void> {
  const allowance = await limiter.take(key);
  tell(res, limiter.limit, allowance);
  if (allowance.allowed) return;
  const { points, seconds } = limiter.limit;
  const { resetSeconds } = allowance;
  throw rateLimited(
    'rate_limited',
    `More than ${points} requests in ${seconds} s. Send the same request again in ${resetSeconds} s.`,
    { retryAfterSeconds: resetSeconds },
  );
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
function tell(res: Response, { name, points, seconds }: Limit, { remaining, resetSeconds }: Allowance): void {
  res.set('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`);
  res.set('RateLimit', `"${name}";r=${remaining};t=${resetSeconds}`);
}
