import type { Container } from './container.js';
import { startFetches } from './jobs/fetches.js';
import { startInbox } from './jobs/inbox.js';
import { startLaneLeases } from './jobs/lane-leases.js';
import { startOperations } from './jobs/operations.js';
import { startOutbox } from './jobs/outbox.js';
import { sendReceipt } from './services/receipts/send-receipt.js';

export interface Worker {
  /** An event was stored in this process: look at once. */
  wake(): void;
  /** Ends what is under way, gives the lanes back, and resolves. */
  stop(): Promise<void>;
}

/** Everything that happens without a request: events, fetches, operations and messages. */
export function startWorker(container: Container): Worker {
  const { repositories, clock, logger, mailer, config, dependencies } = container;
  const sender = { from: config.receipts.from, merchantName: config.receipts.merchantName };
  const senders = { receipt: sendReceipt({ repositories, mailer, sender }) };
  const leases = startLaneLeases(repositories, logger);
  const inbox = startInbox(dependencies, leases);
  const loops = [
    ...inbox,
    startFetches(dependencies, leases),
    startOperations(dependencies),
    startOutbox({ repositories, senders, clock, logger }),
  ];
  return {
    wake() {
      for (const loop of inbox) loop.wake();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await leases.stop();
    },
  };
}
