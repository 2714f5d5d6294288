import type { Scope } from './rows/api-key.js';
import type { Actor } from './rows/operation.js';

/** Who asks, whichever way they proved it. */
export interface Principal {
  /** The user whose objects alone may be seen and changed; null for a server, which sees everybody's. */
  userId: string | null;
  scopes: readonly Scope[];
  /** The row of the API key that was shown. */
  apiKeyId?: string;
}

/** What a user's own token allows. Never `ops`, whatever the token says. */
export const userScopes: readonly Scope[] = ['payments:read', 'payments:write'];

/** Who is written into the audit trail. An embedding app may let its own staff in: neither a key nor a user. */
export function actorOf({ userId, apiKeyId }: Principal): Actor {
  if (apiKeyId !== undefined) return { type: 'api_key', id: apiKeyId };
  return userId === null ? { type: 'system', id: 'host' } : { type: 'user', id: userId };
}

/**
 * One text for one principal, for logs and for Idempotency-Keys. A user may be called what a key is called: the
 * prefix keeps them apart, and ids of keys hold no colon.
 */
export function callerNameOf(principal: Principal): string {
  const { type, id } = actorOf(principal);
  return type === 'api_key' ? id : `${type}:${id}`;
}

/** Users buy at our prices; only a server names its own. */
export function maySetPrices({ type }: Actor): boolean {
  return type !== 'user';
}
