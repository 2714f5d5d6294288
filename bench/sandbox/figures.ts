import type { Usage } from './target.js';

/** What a load generator saw in one round. */
export interface RoundResult {
  requests: number;
  seconds: number;
  failed: number;
  /** In milliseconds: how many requests took so long, in steps of STEP_MS. */
  histogram: Record<number, number>;
}

export const STEP_MS = 0.01;

export interface Figures {
  rate: number;
  p50: number;
  p99: number;
  cpuMicros: number;
  rssMegabytes: number;
}

export interface Measured extends RoundResult {
  cpuMicros: number;
  rssBytes: number;
}

export function measured(result: RoundResult, before: Usage, after: Usage): Measured {
  return { ...result, cpuMicros: after.cpuMicros - before.cpuMicros, rssBytes: after.rssBytes };
}

/** Rounds of one target, together. */
export function figuresOf(rounds: readonly Measured[]): Figures {
  const total = (read: (round: Measured) => number) => rounds.reduce((sum, round) => sum + read(round), 0);
  const requests = total((round) => round.requests);
  const counts = new Map<number, number>();
  for (const { histogram } of rounds)
    for (const [step, count] of Object.entries(histogram))
      counts.set(Number(step), (counts.get(Number(step)) ?? 0) + count);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    rate: Math.round(requests / total((round) => round.seconds)),
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    cpuMicros: Math.round(total((round) => round.cpuMicros) / requests),
    rssMegabytes: Math.round((rounds.at(-1)?.rssBytes ?? 0) / 1e6),
  };
}

function percentile(sorted: readonly [number, number][], share: number): number {
  const wanted = share * sorted.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [step, count] of sorted) {
    seen += count;
    if (seen >= wanted) return Number((step * STEP_MS).toFixed(2));
  }
  return 0;
}
