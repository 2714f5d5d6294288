import {
  type SettleDependencies,
  settleDueOperation,
} from '../services/stripe/operations/settle-due-operation.js';
import { inParallel } from '../utils/in-parallel.js';
import { type Loop, startLoop } from './loop.js';

const MAX_OPERATIONS = 50;
const CONCURRENCY = 4;
const IDLE_MS = 500;

/** Operations whose outcome is not known, and those whose process died; not while Stripe is away. */
export function startOperations(dependencies: SettleDependencies): Loop {
  return startLoop({
    name: 'operations',
    idleMs: IDLE_MS,
    logger: dependencies.logger,
    async run() {
      if (dependencies.gateway.pauseMs() > 0) return 'idle';
      const due = await dependencies.repositories.operations.due(dependencies.clock.now(), MAX_OPERATIONS);
      await inParallel(due, CONCURRENCY, (operation) => settleDueOperation(dependencies, operation._id));
      return due.length === MAX_OPERATIONS ? 'busy' : 'idle';
    },
  });
}
