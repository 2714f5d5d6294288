import type { Lease } from './shared.js';

/** A lease on a name: a lane of the inbox, or the presence of a worker. */
export interface LockRow {
  _id: string;
  lease: Lease | null;
  /** False when its last holder ended without giving it back: the next one goes carefully. */
  released: boolean;
  /** Whether the present holder took it over unreleased. */
  orphaned: boolean;
}
