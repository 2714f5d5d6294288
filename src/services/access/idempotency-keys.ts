import { createHash, randomUUID } from 'node:crypto';
import type { IdempotencyKeyRow, StoredAnswer } from '../../domain/rows/idempotency-key.js';
import { keepRenewing } from '../../repositories/lease.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';

/** Proof that this request holds the key; `operationId` is set when an earlier holder had started one. */
export interface IdempotencyClaim {
  id: string;
  token: string;
  operationId: string | null;
}

export type ClaimResult =
  | { outcome: 'claimed'; claim: IdempotencyClaim }
  | { outcome: 'replay'; answer: StoredAnswer }
  | { outcome: 'in_progress' }
  | { outcome: 'mismatch' };

/** The caller's Idempotency-Keys (draft-ietf-httpapi-idempotency-key-header-07). */
export interface IdempotencyKeys {
  /** Takes the key, or says why not. `requestHash` covers the validated body and path parameters. */
  claim(request: { caller: string; route: string; key: string; requestHash: string }): Promise<ClaimResult>;
  /** Renews the lease (10 s) every 3 s until `stop`. */
  hold(claim: IdempotencyClaim): { stop(): void };
  /** Stores the final answer; false when the claim was lost to another taker. */
  finish(claim: IdempotencyClaim, answer: StoredAnswer): Promise<boolean>;
  /** Gives the key back unfinished, so that the same key resumes at once. */
  release(claim: IdempotencyClaim): Promise<void>;
}

/** A finished key is forgotten after this, as Stripe forgets its own. Unfinished ones are kept. */
const KEPT_MS = 24 * 3_600_000;

export function createIdempotencyKeys(
  { idempotencyKeys }: Pick<Repositories, 'idempotencyKeys'>,
  clock: Clock,
): IdempotencyKeys {
  return {
    async claim(request) {
      const id = idOf(request);
      const token = randomUUID();
      const row = await idempotencyKeys.take(newRow(id, request, clock.now()), token);
      const taken = row.lease?.token === token;
      if (row.requestHash !== request.requestHash) {
        if (taken) await idempotencyKeys.release(id, token);
        return { outcome: 'mismatch' };
      }
      if (taken) return { outcome: 'claimed', claim: { id, token, operationId: row.operationId } };
      return row.answer ? { outcome: 'replay', answer: row.answer } : { outcome: 'in_progress' };
    },
    hold: ({ id, token }) => keepRenewing(() => idempotencyKeys.renew(id, token)),
    finish({ id, token }, answer) {
      const finishedAt = clock.now();
      const expireAt = new Date(finishedAt.getTime() + KEPT_MS);
      return idempotencyKeys.finish(id, token, { answer, finishedAt, expireAt });
    },
    release: ({ id, token }) => idempotencyKeys.release(id, token),
  };
}

/** Two callers may choose the same key, and one may use it on two routes: each is a key of its own. */
function idOf({ caller, route, key }: { caller: string; route: string; key: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, route, key]))
    .digest('hex');
}

function newRow(
  _id: string,
  { caller, route, requestHash }: { caller: string; route: string; requestHash: string },
  createdAt: Date,
): IdempotencyKeyRow {
  return {
    _id,
    caller,
    route,
    requestHash,
    status: 'started',
    lease: null,
    operationId: null,
    answer: null,
    createdAt,
    finishedAt: null,
  };
}
