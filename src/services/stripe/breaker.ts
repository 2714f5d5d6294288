import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { type StripeAnswer, tellsOutage } from '../../domain/stripe-answer.js';
import type { Timer } from '../../utils/timer.js';

export interface BreakerSettings {
  /** So many calls in a row without an answer, or with a 5xx, open it. */
  failures: number;
  /** Milliseconds until Stripe is tried again. */
  openMs: number;
}

export interface BreakerDependencies {
  /** One harmless call that shows whether Stripe is there. */
  probe(): Promise<StripeAnswer>;
  timer: Timer;
  logger: { info(context: object, message: string): void; warn(context: object, message: string): void };
}

export interface Breaker {
  /** Milliseconds until Stripe may be called again, at least 1; 0 while it may be. */
  pauseMs(): number;
  /** Makes a call that counts. Only while `pauseMs` is 0. */
  watch(call: () => Promise<StripeAnswer>): Promise<StripeAnswer>;
  /** No probe is sent any more. */
  stop(): void;
}

/**
 * Stops the calls of Stripe while it is away. After `openMs` one probe is sent, and nothing else until it is answered:
 * no payment has to find out.
 */
export function createBreaker(
  { failures, openMs }: BreakerSettings,
  { probe, timer, logger }: BreakerDependencies,
): Breaker {
  const policy = circuitBreaker(
    handleWhenResult((answer) => tellsOutage(answer as StripeAnswer)),
    // Our timer alone says when to probe: by the wall clock, one that is set back would put it off.
    { halfOpenAfter: Number.NEGATIVE_INFINITY, breaker: new ConsecutiveBreaker(failures) },
  );
  let probeAtMs = 0;
  let stopped = false;
  let cancel: () => void = () => undefined;

  policy.onBreak(() => {
    logger.warn({ openMs }, 'Stripe does not answer: calls of it are paused');
    if (stopped) return;
    cancel();
    probeAtMs = timer.nowMs() + openMs;
    cancel = timer.after(openMs, () => void policy.execute(probe));
  });
  policy.onReset(() => logger.info({}, 'Stripe answers again: calls of it go on'));

  return {
    pauseMs: () =>
      policy.state === CircuitState.Closed ? 0 : Math.max(1, Math.ceil(probeAtMs - timer.nowMs())),
    watch: (call) => policy.execute(call),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
