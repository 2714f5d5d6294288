import { captureNoticeAt, LONGEST_NOTICE_MS } from '../../domain/capture-deadline.js';
import type { Effect } from '../../domain/changes.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import { alertOf } from '../stripe/families/alert.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';

export interface DeadlineDependencies {
  repositories: Repositories;
  clock: Clock;
}

const BATCH = 200;
const CAUSE = { actor: { type: 'system' as const, id: 'capture-deadlines' }, requestId: null };

/** Alerts once each, 24 h and 6 h before an authorisation lapses by what its charge says (`captureBefore`). */
export async function tellCaptureDeadlines({ repositories, clock }: DeadlineDependencies): Promise<void> {
  const now = clock.now();
  const to = new Date(now.getTime() + LONGEST_NOTICE_MS);
  let alerts: Effect<'alert'>[] = [];
  for await (const { _id, captureBefore } of repositories.payments.lapsing({ from: now, to })) {
    const notice = captureNoticeAt(captureBefore, now);
    if (notice) alerts.push(alertOf(notice, _id));
    if (alerts.length < BATCH) continue;
    await store(repositories, alerts, now);
    alerts = [];
  }
  await store(repositories, alerts, now);
}

/** An effect that is there was told before. */
async function store(repositories: Repositories, alerts: Effect<'alert'>[], now: Date): Promise<void> {
  const known = new Set(await repositories.outbox.known(alerts.map(({ id }) => id)));
  const fresh = alerts.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return;
  await repositories.transaction(API_TRANSACTION, (bound) => {
    const rows = new WorkingSet();
    rows.apply(fresh, CAUSE, now);
    return bound.commit({ rows, mirror: [], now });
  });
}
