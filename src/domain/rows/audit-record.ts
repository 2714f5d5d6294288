import type { Actor } from './operation.js';
import type { SnapshotNote } from './snapshot-note.js';

export interface AuditRecordRow {
  /** `<stream>:<sequence>` */
  _id: string;
  /** The id of the one object that the record is about. */
  stream: string;
  sequence: number;
  actor: Actor;
  action: string;
  reason: string | null;
  requestId: string | null;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  /** The snapshots that made the change, or that came with the one that did; absent where none did. */
  snapshots?: SnapshotNote[];
  prevHash: string | null;
  hash: string;
  at: Date;
}
