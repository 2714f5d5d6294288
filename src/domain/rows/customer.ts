import type { Metadata, VersionedRow } from './shared.js';

export type CustomerStatus = 'creating' | 'active' | 'failed' | 'deleted';

export interface CustomerRow extends VersionedRow {
  userId: string;
  status: CustomerStatus;
  email: string;
  name: string | null;
  metadata: Metadata;
  stripe: { customerId: string | null };
  /** True once failed or deleted: a user has at most one customer that is not. */
  deleted: boolean;
}
