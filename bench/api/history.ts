import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startMongod } from '../../embedded/mongod/start-mongod.js';
import { type Stack, startStack } from '../../tests/support/stack.js';
import { fillHistory, LARGEST, type Shape } from './history-rows.js';

/**
 * The history of users among 10,000 payments and among 1,000,000, on one MongoDB, through the API. Requests of the two
 * take turns, so that what else the machine does hits both.
 */

const { values } = parseArgs({
  options: {
    /** `run.ts` of this folder passes its own arguments on. */
    history: { type: 'boolean', default: true },
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '1000' },
  },
});
const requests = Number(values.requests);
const WARM_UP = 50;
const GOAL = 1.5;
const PAGE = '20';

type Query = Record<string, string>;

interface Walk {
  name: string;
  /** The path of the n-th request. */
  path(shape: Shape, index: number): string;
}

const pathOf = (user: string, query: Query = {}) =>
  `/api/payments/history/${user}?${new URLSearchParams({ limit: PAGE, ...query })}`;
const rare = { status: 'canceled' };
const rareCurrency = { currency: 'jpy' };
const cursorAt = (id: string, direction: 'older' | 'newer') =>
  Buffer.from(JSON.stringify([direction, id])).toString('base64url');

const WALKS: Walk[] = [
  { name: 'a user, first page', path: ({ users }, index) => pathOf(users[index % users.length] ?? LARGEST) },
  { name: 'largest user, first page', path: () => pathOf(LARGEST) },
  {
    name: 'largest user, onwards from the middle',
    path: ({ middle }) => pathOf(LARGEST, { cursor: cursorAt(middle, 'older') }),
  },
  {
    name: 'largest user, back from the middle',
    path: ({ middle }) => pathOf(LARGEST, { cursor: cursorAt(middle, 'newer') }),
  },
  { name: 'largest user, rarest status', path: () => pathOf(LARGEST, rare) },
  { name: 'largest user, rarest currency', path: () => pathOf(LARGEST, rareCurrency) },
  {
    name: 'largest user, rarest status and currency',
    path: () => pathOf(LARGEST, { ...rare, ...rareCurrency }),
  },
  {
    name: 'largest user, rarest status since a day',
    path: ({ since }) => pathOf(LARGEST, { ...rare, from: since }),
  },
];

interface Side {
  stack: Stack;
  shape: Shape;
}

async function timed({ stack, shape }: Side, walk: Walk, index: number): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${stack.baseUrl}${walk.path(shape, index)}`, {
    headers: { Authorization: `Bearer ${stack.apiKey}` },
  });
  const { data } = (await response.json()) as { data?: unknown[] };
  if (response.status !== 200 || !data?.length) throw new Error(`${walk.name}: ${response.status}, no rows`);
  return performance.now() - began;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

async function measure(walk: Walk, small: Side, large: Side): Promise<boolean> {
  const times: [number[], number[]] = [[], []];
  for (let index = -WARM_UP; index < requests; index += 1) {
    const [first, second] = [
      await timed(small, walk, index + WARM_UP),
      await timed(large, walk, index + WARM_UP),
    ];
    if (index < 0) continue;
    times[0].push(first);
    times[1].push(second);
  }
  const figures = (share: number) => times.map((each) => percentile(each, share)) as [number, number];
  const [[p50s, p50l], [p99s, p99l]] = [figures(0.5), figures(0.99)];
  const shown = [p50s, p50l, p99s, p99l].map((each) => each.toFixed(2));
  print(`| ${walk.name} | ${shown.join(' | ')} | ${(p99l / p99s).toFixed(2)} |`);
  return p99l / p99s <= GOAL;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const mongod = await startMongod({ env: process.env, cacheSizeGB: 2, parameters: { notablescan: 1 } });
const open = () =>
  startStack({
    mongodbUri: mongod.uri,
    role: 'api',
    webhooks: 'by-hand',
    environment: { LOG_LEVEL: 'warn', REDIS: 'off' },
  });
const stacks: Stack[] = [];
try {
  const sides: Side[] = [];
  for (const count of [Number(values.small), Number(values.large)]) {
    const stack = await open();
    stacks.push(stack);
    const began = performance.now();
    sides.push({ stack, shape: await fillHistory(stack, count) });
    print(`${count} payments stored in ${Math.round((performance.now() - began) / 1000)} s`);
  }
  const [small, large] = sides;
  if (!small || !large) throw new Error('there is nothing to measure');
  const load = loadavg().map((each) => each.toFixed(1));
  print(
    `${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}, load ${load.join(' ')}`,
  );
  print('');
  print('| page of 20 | p50 ms small | p50 ms large | p99 ms small | p99 ms large | p99 ratio |');
  print('| --- | --- | --- | --- | --- | --- |');
  const met: boolean[] = [];
  for (const walk of WALKS) met.push(await measure(walk, small, large));
  print('');
  print(
    met.every(Boolean) ? `Goal met: every ratio is at most ${GOAL}.` : `Goal not met: a ratio above ${GOAL}.`,
  );
} finally {
  for (const stack of stacks) await stack.stop();
  await mongod.stop();
}
