import { captureNoticeAt, LONGEST_NOTICE_MS } from '../../domain/capture-deadline.js';
import type { Alert } from '../../domain/rows/outbox-message.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import { raiseAlerts } from '../alerts/raise-alert.js';

export interface DeadlineDependencies {
  repositories: Repositories;
  clock: Clock;
}

const BATCH = 200;

/** Alerts once each, 24 h and 6 h before an authorisation lapses by what its charge says (`captureBefore`). */
export async function tellCaptureDeadlines({ repositories, clock }: DeadlineDependencies): Promise<void> {
  const now = clock.now();
  const to = new Date(now.getTime() + LONGEST_NOTICE_MS);
  let alerts: Alert[] = [];
  for await (const { _id, captureBefore } of repositories.payments.lapsing({ from: now, to })) {
    const notice = captureNoticeAt(captureBefore, now);
    if (notice) alerts.push({ name: notice, subjectId: _id });
    if (alerts.length < BATCH) continue;
    await raiseAlerts({ repositories, clock }, alerts);
    alerts = [];
  }
  await raiseAlerts({ repositories, clock }, alerts);
}
