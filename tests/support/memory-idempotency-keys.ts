import { randomUUID } from 'node:crypto';
import type { StoredAnswer } from '../../src/domain/rows/idempotency-key.js';
import type {
  ClaimResult,
  IdempotencyClaim,
  IdempotencyKeys,
} from '../../src/services/access/idempotency-keys.js';

interface Entry {
  requestHash: string;
  token: string | null;
  answer: StoredAnswer | null;
}

/** The contract of `IdempotencyKeys` without a database; leases do not run out by themselves. */
export class MemoryIdempotencyKeys implements IdempotencyKeys {
  readonly entries = new Map<string, Entry>();
  /** Claims whose lease is being renewed now. */
  readonly held = new Set<string>();

  async claim(request: {
    caller: string;
    route: string;
    key: string;
    requestHash: string;
  }): Promise<ClaimResult> {
    const id = [request.caller, request.route, request.key].join('\n');
    const entry = this.entries.get(id) ?? { requestHash: request.requestHash, token: null, answer: null };
    this.entries.set(id, entry);
    if (entry.requestHash !== request.requestHash) return { outcome: 'mismatch' };
    if (entry.answer !== null) return { outcome: 'replay', answer: entry.answer };
    if (entry.token !== null) return { outcome: 'in_progress' };
    entry.token = randomUUID();
    return { outcome: 'claimed', claim: { id, token: entry.token, operationId: null } };
  }

  hold(claim: IdempotencyClaim): { stop(): void } {
    this.held.add(claim.token);
    return { stop: () => this.held.delete(claim.token) };
  }

  async finish(claim: IdempotencyClaim, answer: StoredAnswer): Promise<boolean> {
    const entry = this.entries.get(claim.id);
    if (entry === undefined || entry.token !== claim.token) return false;
    entry.answer = answer;
    entry.token = null;
    return true;
  }

  async release(claim: IdempotencyClaim): Promise<void> {
    const entry = this.entries.get(claim.id);
    if (entry?.token === claim.token) entry.token = null;
  }

  /** What another process does after a lease ran out. */
  takeOver(): void {
    for (const entry of this.entries.values()) entry.token = randomUUID();
  }

  get stored(): StoredAnswer[] {
    return [...this.entries.values()].flatMap((entry) => (entry.answer === null ? [] : [entry.answer]));
  }
}
