import { type OutboxDependencies, sendMessage } from '../services/outbox/send-message.js';
import { inParallel } from '../utils/in-parallel.js';
import { type Loop, startLoop } from './loop.js';

const MAX_MESSAGES = 100;
const CONCURRENCY = 8;
const IDLE_MS = 250;

export function startOutbox(dependencies: OutboxDependencies): Loop {
  return startLoop({
    name: 'outbox',
    idleMs: IDLE_MS,
    logger: dependencies.logger,
    async run() {
      const due = await dependencies.repositories.outbox.due(dependencies.clock.now(), MAX_MESSAGES);
      await inParallel(due, CONCURRENCY, (message) => sendMessage(dependencies, message._id));
      return due.length === MAX_MESSAGES ? 'busy' : 'idle';
    },
  });
}
