import type { Figures } from '../sandbox/figures.js';
import { figuresOf } from '../sandbox/figures.js';
import type { Round } from './rounds.js';

/** What all rounds of one target came to. */
export interface Line extends Figures {
  name: string;
  /** Per event, in microseconds. */
  databaseMicros: number | null;
  loadMicros: number;
  wrong: number | null;
  failed: number;
}

export function lineOf(name: string, rounds: readonly Round[]): Line {
  const total = (read: (round: Round) => number) => rounds.reduce((sum, round) => sum + read(round), 0);
  const requests = total((round) => round.requests);
  const counted = rounds.every(({ databaseMicros }) => databaseMicros !== null);
  const checked = rounds.every(({ wrong }) => wrong !== null);
  return {
    name,
    ...figuresOf(rounds),
    databaseMicros: counted ? Math.round(total((round) => round.databaseMicros ?? 0) / requests) : null,
    loadMicros: Math.round(total((round) => round.loadMicros) / requests),
    wrong: checked ? total((round) => round.wrong ?? 0) : null,
    failed: total((round) => round.failed),
  };
}

export function table(lines: readonly Line[]): string {
  const rows = lines.map((line) => {
    const { name, rate, p50, p99, wrong, cpuMicros, databaseMicros, loadMicros, rssMegabytes } = line;
    const cells = [
      name,
      rate,
      p50,
      p99,
      wrong ?? '–',
      cpuMicros,
      databaseMicros ?? '–',
      loadMicros,
      rssMegabytes,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| target | events/s | p50 ms | p99 ms | wrong states | CPU µs/event | of its database | of the load | RSS MB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

export interface Goal {
  name: string;
  value: number;
  /** At least, or at most, so much. */
  bound: { atLeast: number } | { atMost: number };
}

export function goalLine({ name, value, bound }: Goal): string {
  const [met, wanted] =
    'atLeast' in bound
      ? [value >= bound.atLeast, `at least ${bound.atLeast}`]
      : [value <= bound.atMost, `at most ${bound.atMost}`];
  return `${met ? 'met    ' : 'NOT MET'}  ${name}: ${Number(value.toFixed(3))} (${wanted})`;
}
