import type { Container } from './container.js';
import { startCaptureDeadlines } from './jobs/capture-deadlines.js';
import { startFetches } from './jobs/fetches.js';
import { startGapFill } from './jobs/gap-fill.js';
import { startInbox } from './jobs/inbox.js';
import { startLaneLeases } from './jobs/lane-leases.js';
import { startOperations } from './jobs/operations.js';
import { startOutbox } from './jobs/outbox.js';
import { startRetention } from './jobs/retention.js';
import { logAlert } from './services/alerts/log-alert.js';
import { mailAlert } from './services/alerts/mail-alert.js';
import type { Sender } from './services/outbox/send-message.js';
import { sendReceipt } from './services/receipts/send-receipt.js';
import { settlesWithin } from './utils/settles-within.js';

export interface Worker {
  /** An event was stored in this process: look at once. */
  wake(): void;
  /**
   * Ends what is under way, but waits no longer than `graceMs` for it, and gives the lanes back. False when something
   * goes on: whoever takes it over finds it as a killed process would have left it.
   */
  stop(graceMs: number): Promise<boolean>;
}

/** A service on the database of an app that embeds Guichet: the app's own worker may be away, and takes it later. */
const leaveToHost: Sender<'host_event'> = async ({ type }) => {
  throw new Error(`${type} is for the app that embeds Guichet here: run its worker, and not guichet serve`);
};

/** Everything that happens without a request: events, fetches, operations and messages. */
export function startWorker(container: Container): Worker {
  const { repositories, clock, logger, mailer, config, dependencies } = container;
  const sender = { from: config.receipts.from, merchantName: config.receipts.merchantName };
  const mailTo = config.alerts.email;
  const intervalMs = config.stripe.gapFillIntervalMs;
  const senders = {
    receipt: sendReceipt({ repositories, mailer, sender }),
    alert: logAlert({ repositories, clock, logger, mailTo }),
    alert_mail: mailAlert({ mailer, from: sender.from, to: mailTo }),
    host_event: container.host ?? leaveToHost,
  };
  const leases = startLaneLeases(repositories, logger);
  const inbox = startInbox(dependencies, leases);
  const loops = [
    ...inbox,
    startFetches(dependencies, leases),
    startOperations(dependencies),
    startCaptureDeadlines(dependencies),
    startRetention(dependencies),
    startOutbox({ repositories, senders, clock, logger }),
    ...(intervalMs > 0 ? [startGapFill(dependencies, { intervalMs })] : []),
  ];
  return {
    wake() {
      for (const loop of inbox) loop.wake();
    },
    async stop(graceMs) {
      const ended = await settlesWithin(Promise.all(loops.map((loop) => loop.stop())), graceMs);
      await leases.stop();
      return ended;
    },
  };
}
