import type { Actor } from './operation.js';

export interface AuditRecordRow {
  /** `<stream>:<seq>` */
  _id: string;
  /** The id of the one object that the record is about. */
  stream: string;
  seq: number;
  actor: Actor;
  action: string;
  reason: string | null;
  requestId: string | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  prevHash: string;
  hash: string;
  at: Date;
}
