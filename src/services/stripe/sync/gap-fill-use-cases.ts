import type { SyncCursorRow } from '../../../domain/rows/sync-cursor.js';

export interface GapFillPage {
  rows: SyncCursorRow[];
  /** The id after which the next page begins; null on the last. */
  next: string | null;
}

/** What `/api/ops/gap-fill` shows. */
export interface GapFillUseCases {
  /** How far each account's events were compared with the inbox, by account. */
  listGapFill(page: { limit: number; after: string | null }): Promise<GapFillPage>;
}
