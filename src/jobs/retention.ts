import { endBodies, type RetentionDependencies } from '../services/events/end-bodies.js';
import { eraseEvents } from '../services/events/erase-events.js';
import { type Loop, startLoop } from './loop.js';

const EVERY_MS = 60_000;

/** At start and every minute: what may no longer be kept of stored events goes. Many workers may do it at once. */
export function startRetention(
  dependencies: RetentionDependencies & Pick<Parameters<typeof startLoop>[0], 'logger'>,
): Loop {
  return startLoop({
    name: 'retention',
    idleMs: EVERY_MS,
    logger: dependencies.logger,
    async run() {
      const erased = await eraseEvents(dependencies);
      const ended = await endBodies(dependencies);
      return erased || ended ? 'busy' : 'idle';
    },
  });
}
