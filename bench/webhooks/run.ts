import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Drain, drain, memoryRun, type Stored } from './drains.js';
import { Grounds } from './grounds.js';
import { openSyncEngine } from './install-sync-engine.js';
import type { RunningPostgres } from './postgres.js';
import { type Goal, goalLine, type Line, lineOf, table } from './report.js';
import {
  fill,
  type Round,
  type RoundOptions,
  roundOfAck,
  roundOfApplied,
  roundOfPlain,
  roundOfSyncEngine,
} from './rounds.js';

const PARTS = [
  ...['ceiling', 'floor', 'ack', 'applied', 'sync-engine', 'equal-load'],
  ...['drain', 'workers', 'batch', 'stored', 'memory'],
] as const;
type Part = (typeof PARTS)[number];

const { values } = parseArgs({
  options: {
    /** Deliveries of a round, a tenth of them duplicates. */
    events: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '2' },
    /** Posted at once. */
    concurrency: { type: 'string', default: '64' },
    /** Parts, of the list above. */
    only: { type: 'string', default: PARTS.join() },
    /** Events that are stored and then applied with nothing else going on; 0 leaves drain, workers, batch and stored out. */
    drain: { type: 'string', default: '20000' },
    workers: { type: 'string', default: '1,2' },
    batch: { type: 'string', default: '' },
    /** Events that were applied before a drain. */
    stored: { type: 'string', default: '0' },
    /** Events of a long run under load. */
    memory: { type: 'string', default: '0' },
  },
});

const chosen = new Set(values.only.split(','));
const unknown = [...chosen].filter((name) => !PARTS.some((part) => part === name));
if (unknown.length > 0) throw new Error(`No such part: ${unknown.join()}. There are ${PARTS.join()}.`);
const wants = (part: Part) => chosen.has(part);
const numbers = (list: string) => list.split(',').filter(Boolean).map(Number);
const rounds = Number(values.rounds);
const options = { events: Number(values.events), connections: Number(values.concurrency) };
/** Of the rate at which stripe-sync-engine has its hands full. */
const EQUAL_LOAD = 0.7;
const EQUAL_LOAD_SECONDS = 8;

const goals: Goal[] = [];
const lines = new Map<string, Line>();
const rate = (name: string) => lines.get(name)?.rate ?? Number.NaN;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The rounds of the targets take turns, so that what else the machine does hits all of them. */
async function compare(targets: [string, (options: RoundOptions) => Promise<Round>][]): Promise<void> {
  const made = new Map<string, Round[]>();
  for (let seed = 1; seed <= rounds; seed += 1) {
    for (const [name, run] of targets) {
      made.set(name, [...(made.get(name) ?? []), await run({ ...options, seed })]);
    }
  }
  for (const [name, each] of made) lines.set(name, lineOf(name, each));
}

async function compareTargets(grounds: Grounds, postgres: RunningPostgres | null): Promise<void> {
  const targets: [Part, string, (options: RoundOptions) => Promise<Round>][] = [
    ['ceiling', 'ceiling', (round) => roundOfPlain(grounds, 'ceiling', round)],
    ['floor', 'floor', (round) => roundOfPlain(grounds, 'floor', round)],
    ['ack', 'Guichet ack', (round) => roundOfAck(grounds, round)],
    ['applied', 'Guichet applied', (round) => roundOfApplied(grounds, round)],
  ];
  if (postgres) {
    targets.push(['sync-engine', 'sync-engine', (round) => roundOfSyncEngine(grounds, postgres, round)]);
  }
  await compare(targets.filter(([part]) => wants(part)).map(([, name, run]) => [name, run]));
  if (postgres && wants('equal-load') && lines.has('sync-engine'))
    await compareAtEqualLoad(grounds, postgres);
}

/** Both get as many events a second, fewer than either can take. */
async function compareAtEqualLoad(grounds: Grounds, postgres: RunningPostgres): Promise<void> {
  const perSecond = Math.round(rate('sync-engine') * EQUAL_LOAD);
  const equal = { ...options, rate: perSecond, events: perSecond * EQUAL_LOAD_SECONDS, seed: 99 };
  for (const [name, run] of [
    [`Guichet at ${perSecond}/s`, () => roundOfApplied(grounds, equal)],
    [`sync-engine at ${perSecond}/s`, () => roundOfSyncEngine(grounds, postgres, equal)],
  ] as const) {
    lines.set(name, lineOf(name, [await run()]));
  }
  const [ours, theirs] = [...lines.values()].slice(-2);
  goals.push({
    name: `p99 at ${perSecond} events/s, ours to theirs`,
    value: (ours?.p99 ?? Number.NaN) / (theirs?.p99 ?? Number.NaN),
    bound: { atMost: 1 },
  });
}

function compareRates(): void {
  const ratios: [string, string, number][] = [
    ['Guichet ack', 'floor', 2.5],
    ['Guichet ack', 'sync-engine', 2.5],
    ['Guichet applied', 'sync-engine', 1.8],
  ];
  for (const [ours, theirs, wanted] of ratios) {
    if (!lines.has(ours) || !lines.has(theirs)) continue;
    goals.push({
      name: `${ours} to ${theirs}`,
      value: rate(ours) / rate(theirs),
      bound: { atLeast: wanted },
    });
  }
  const ours = [...lines.values()].filter(({ name }) => name.startsWith('Guichet'));
  const wrong = ours.reduce((sum, line) => sum + (line.wrong ?? 0), 0);
  if (ours.length > 0) goals.push({ name: 'wrong states of Guichet', value: wrong, bound: { atMost: 0 } });
}

function drainLine(name: string, { rate: perSecond, retried, cpuMicros, wrong }: Drain): string {
  return `| ${[name, perSecond, `${(retried * 100).toFixed(2)} %`, cpuMicros, wrong].join(' | ')} |`;
}

async function drains(grounds: Grounds): Promise<void> {
  const events = Number(values.drain);
  if (events === 0 || !['drain', 'workers', 'batch', 'stored'].some((part) => chosen.has(part))) return;
  const stored = await fill(grounds, { ...options, events, seed: 7 });
  print(
    `\n| ${stored.mix.distinct} stored events | applied/s | tried again | worker µs/event | wrong states |`,
  );
  print('| --- | --- | --- | --- | --- |');
  const one = await drain(grounds, stored, { workers: 1, batch: null });
  print(drainLine('one worker', one));
  goals.push({ name: 'wrong states after a drain', value: one.wrong, bound: { atMost: 0 } });
  if (wants('drain') && lines.has('sync-engine')) {
    const value = one.rate / rate('sync-engine');
    goals.push({ name: `${events} stored events drained, to sync-engine`, value, bound: { atLeast: 2.5 } });
  }
  if (wants('workers')) await drainsByWorkers(grounds, stored, one);
  if (wants('batch')) {
    for (const batch of numbers(values.batch)) {
      print(drainLine(`batches of ${batch}`, await drain(grounds, stored, { workers: 1, batch })));
    }
  }
  const before = Number(values.stored);
  if (!wants('stored') || before === 0) return;
  const full = await drain(grounds, stored, {
    ...{ workers: 1, batch: null },
    before: { events: before, from: one.database },
  });
  print(drainLine(`among ${before} older ones`, full));
  goals.push({
    name: `among ${before} events, to none`,
    value: full.rate / one.rate,
    bound: { atLeast: 0.9 },
  });
}

async function drainsByWorkers(grounds: Grounds, stored: Stored, one: Drain): Promise<void> {
  for (const workers of numbers(values.workers).filter((count) => count > 1)) {
    const found = await drain(grounds, stored, { workers, batch: null });
    print(drainLine(`${workers} workers`, found));
    goals.push({ name: `${workers} workers, wrong states`, value: found.wrong, bound: { atMost: 0 } });
    if (workers !== 2) continue;
    goals.push({ name: 'two workers to one', value: found.rate / one.rate, bound: { atLeast: 0.9 } });
    goals.push({
      name: 'two workers: share of batches tried again',
      value: found.retried,
      bound: { atMost: 0.01 },
    });
  }
}

async function memory(grounds: Grounds): Promise<void> {
  const events = Number(values.memory);
  if (!wants('memory') || events === 0) return;
  const { windows, wrong } = await memoryRun(grounds, { ...options, events, seed: 5 });
  const each = windows.map(({ api, worker }) => `${api} + ${worker}`).join(', ');
  print(
    `\nMemory of API + worker in MB, after each 20,000 of ${events} events: ${each}; wrong states ${wrong}`,
  );
  const sums = windows.map(({ api, worker }) => api + worker);
  const [middle, last] = [sums[Math.floor(sums.length / 2)] ?? 0, sums.at(-1) ?? 0];
  goals.push({ name: 'memory at the end to the middle', value: last / middle, bound: { atMost: 1.15 } });
}

async function fetches(grounds: Grounds): Promise<void> {
  const counts = await grounds.fetched();
  const ofPurchases = ['payment_intent', 'charge', 'refund'].reduce(
    (sum, kind) => sum + (counts[kind] ?? 0),
    0,
  );
  print(
    `\nFetched: ${ofPurchases} of purchases and refunds, ${counts.customer ?? 0} of customers changed twice in a second`,
  );
  goals.push({ name: 'fetches for purchases and refunds', value: ofPurchases, bound: { atMost: 0 } });
}

/** Null, and said why, where it cannot be had: everything else is measured all the same. */
async function syncEngine(): Promise<RunningPostgres | null> {
  if (!wants('sync-engine')) return null;
  try {
    return await openSyncEngine();
  } catch (error) {
    print(`stripe-sync-engine is left out: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

const loadBefore = loadavg().map((each) => each.toFixed(1));
const postgres = await syncEngine();
const grounds = await Grounds.open();
try {
  print(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, load ${loadBefore.join(' ')} before`,
  );
  await compareTargets(grounds, postgres);
  if (lines.size > 0) print(`\n${table([...lines.values()])}`);
  compareRates();
  await drains(grounds);
  await memory(grounds);
  await fetches(grounds);
  print(`\n${goals.map(goalLine).join('\n')}`);
  const failed = [...lines.values()].reduce((sum, line) => sum + line.failed, 0);
  if (failed > 0) {
    print(`${failed} deliveries were not answered 200: the figures mean nothing`);
    process.exitCode = 1;
  }
} finally {
  await grounds.close();
  await postgres?.stop();
}
