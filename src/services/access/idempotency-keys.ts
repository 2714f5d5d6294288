import type { StoredAnswer } from '../../domain/rows/idempotency-key.js';

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
