import type { ApiKeyRow, Scope } from './rows/api-key.js';

/** `expiring`: rolled, and still good beside its successor. */
export const apiKeyStatuses = ['active', 'expiring', 'expired', 'revoked'] as const;
export type ApiKeyStatus = (typeof apiKeyStatuses)[number];

/** Long enough for a deployment that takes a week; what is given up for good is revoked. */
export const MAX_OVERLAP_SECONDS = 7 * 86_400;
export const DEFAULT_OVERLAP_SECONDS = 86_400;

type Times = Pick<ApiKeyRow, 'revokedAt' | 'expiresAt'>;

export function apiKeyStatus({ revokedAt, expiresAt }: Times, now: Date): ApiKeyStatus {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  return now < expiresAt ? 'expiring' : 'expired';
}

/** Whether a request may come with it. The end of the overlap belongs to the successor alone. */
export function isUsable(times: Times, now: Date): boolean {
  const status = apiKeyStatus(times, now);
  return status === 'active' || status === 'expiring';
}

/** The scopes that somebody would hand on without having them: what a key gives, it must have. */
export function scopesNotHeld(held: readonly Scope[], given: readonly Scope[]): Scope[] {
  return given.filter((scope) => !held.includes(scope));
}
