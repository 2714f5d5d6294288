import type { Container } from '../container.js';
import { endIdleTransactions } from '../db/idle-transactions.js';
import { type Loop, startLoop } from './loop.js';

/** Longer than any transaction of ours lasts. */
const IDLE_MS = 5000;
const EVERY_MS = 2000;

/** At start and every 2 s: ends the transactions that killed processes of ours left open. */
export function startSweeper({ database, logger }: Pick<Container, 'database' | 'logger'>): Loop {
  return startLoop({
    name: 'sweeper',
    idleMs: EVERY_MS,
    logger,
    async run() {
      await endIdleTransactions(database.client, IDLE_MS);
      return 'idle';
    },
  });
}
