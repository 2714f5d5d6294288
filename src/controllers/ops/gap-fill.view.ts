import type { SyncCursorRow } from '../../domain/rows/sync-cursor.js';
import type { GapFillResponse } from '../../schemas/ops/gap-fill.js';

export function toGapFill({ gap, last, run, ...row }: SyncCursorRow): GapFillResponse {
  return {
    stripeAccountId: row.stripeAccountId,
    livemode: row.livemode,
    checkedFrom: last?.from.toISOString() ?? null,
    checkedTo: row.checkedTo?.toISOString() ?? null,
    finishedAt: last?.finishedAt.toISOString() ?? null,
    seen: last?.seen ?? 0,
    missing: last?.missing ?? 0,
    missingTotal: row.missingTotal,
    lastMissingAt: row.lastMissingAt?.toISOString() ?? null,
    gap: gap && { ...gap, since: gap.since.toISOString(), until: gap.until.toISOString() },
    running: run && {
      from: run.from.toISOString(),
      to: run.to.toISOString(),
      seen: run.seen,
      missing: run.missing,
    },
    error: row.error,
    nextAt: row.dueAt.toISOString(),
  };
}
