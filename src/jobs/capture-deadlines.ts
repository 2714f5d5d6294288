import {
  type DeadlineDependencies,
  tellCaptureDeadlines,
} from '../services/payments/tell-capture-deadlines.js';
import { type Loop, startLoop } from './loop.js';

const EVERY_MS = 60_000;

/** At start and every minute: authorisations that lapse soon. */
export function startCaptureDeadlines(
  dependencies: DeadlineDependencies & Pick<Parameters<typeof startLoop>[0], 'logger'>,
): Loop {
  return startLoop({
    name: 'capture-deadlines',
    idleMs: EVERY_MS,
    logger: dependencies.logger,
    async run() {
      await tellCaptureDeadlines(dependencies);
      return 'idle';
    },
  });
}
