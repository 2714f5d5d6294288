import type { Lease } from './shared.js';

/** A caller's Idempotency-Key on one route. `_id` = SHA-256 of caller, method, route and key. */
export interface IdempotencyKeyRow {
  _id: string;
  caller: string;
  route: string;
  requestHash: string;
  status: 'started' | 'finished';
  /** `token` changes with each taker, so that one that lost its lease can write nothing. */
  lease: Lease | null;
  /** The operation that this request started; a later taker resumes it. */
  operationId: string | null;
  answer: StoredAnswer | null;
  createdAt: Date;
  finishedAt: Date | null;
  /** Only on finished rows: an unfinished one is never forgotten. */
  expireAt?: Date;
}

/** A final answer. A client secret in it is a placeholder that a replay fills from the payment's row. */
export interface StoredAnswer {
  status: number;
  contentType: string;
  body: string;
  secretOf: string | null;
}
