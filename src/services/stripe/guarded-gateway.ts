import type { StripeAnswer } from '../../domain/stripe-answer.js';
import type { Clock } from '../../utils/clock.js';
import type { Timer } from '../../utils/timer.js';
import type { Breaker } from './breaker.js';
import type { Turn } from './pace.js';
import type { StripeGateway } from './stripe-gateway.js';

export interface GuardDependencies {
  breaker: Pick<Breaker, 'pauseMs' | 'watch'>;
  turn: Turn;
  clock: Clock;
  timer: Timer;
}

/** A call with less time than this is not worth its turn. */
const LEAST_MS = 50;
/** Whoever did not get a turn may ask again after this. */
const TURN_RETRY_MS = 1000;

/**
 * What stands before every call of Stripe: none is made while Stripe is away, and the others wait for their turn,
 * writes first. One that was not made is answered with `none` and `unsent`.
 */
export function guardGateway(
  gateway: Pick<StripeGateway, 'send'>,
  { breaker, turn, clock, timer }: GuardDependencies,
): StripeGateway {
  const unsent = (reason: string, retryAfterMs: number): StripeAnswer => {
    return { type: 'none', startedAt: clock.now(), spanMs: 0, reason, unsent: { retryAfterMs } };
  };
  const away = () => unsent('Stripe does not answer, so it is not called', breaker.pauseMs());
  return {
    pauseMs: () => breaker.pauseMs(),
    async send(request) {
      if (breaker.pauseMs() > 0) return away();
      const { timeoutMs, budgetMs = timeoutMs } = request;
      const deadline = timer.nowMs() + budgetMs;
      const granted = await turn(request.method === 'GET' ? 'read' : 'write', budgetMs - LEAST_MS);
      if (breaker.pauseMs() > 0) return away();
      if (!granted) return unsent('Too many calls of Stripe wait for their turn', TURN_RETRY_MS);
      const left = Math.max(LEAST_MS, deadline - timer.nowMs());
      return breaker.watch(() => gateway.send({ ...request, timeoutMs: Math.min(timeoutMs, left) }));
    },
  };
}
