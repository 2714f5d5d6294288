import { createGapFill } from '../services/stripe/sync/gap-fill.js';
import type { PollDependencies } from '../services/stripe/sync/poll-events.js';
import { type Loop, startLoop } from './loop.js';

/** How often it is looked whose turn it is. */
const LOOK_MS = 1000;

/** Events that no webhook brought. Not while Stripe is away. */
export function startGapFill(dependencies: PollDependencies, { intervalMs }: { intervalMs: number }): Loop {
  const fillGaps = createGapFill(dependencies, intervalMs);
  return startLoop({
    name: 'gap-fill',
    idleMs: LOOK_MS,
    logger: dependencies.logger,
    run: async () => (dependencies.gateway.pauseMs() > 0 ? 'idle' : fillGaps()),
  });
}
