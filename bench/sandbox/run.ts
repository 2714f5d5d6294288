import { rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Child } from './child.js';
import { type Figures, figuresOf, type Measured, measured, type RoundResult } from './figures.js';
import type { Round, Shot } from './load.js';
import type { TargetAnswer, TargetQuestion } from './target.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** The sandbox writes each transaction to a file before it answers. */
    data: { type: 'boolean', default: false },
    row: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '10' },
    /** Seconds of the long run; 0 leaves it out. */
    long: { type: 'string', default: '60' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const longSeconds = Number(values.long);
const dataFile = join(tmpdir(), `guichet-bench-${process.pid}.log`);

type Target = Child<TargetQuestion, TargetAnswer>;
type Load = Child<Round, RoundResult>;

interface Row {
  name: string;
  method: 'GET' | 'POST';
  body: string;
  keyed: boolean;
}

/** What a shop sends: an order's amount, a description and two metadata. */
const FORM =
  'amount=2500&currency=usd&description=Order%201234&metadata[order]=1234&metadata[channel]=web' +
  '&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never';

const ROWS: Row[] = [
  { name: 'create', method: 'POST', body: FORM, keyed: true },
  { name: 'create, without a key', method: 'POST', body: FORM, keyed: false },
  {
    name: 'create and confirm',
    method: 'POST',
    body: `${FORM}&confirm=true&payment_method=pm_card_visa`,
    keyed: true,
  },
  { name: 'retrieve', method: 'GET', body: '', keyed: false },
];

interface RowResult {
  name: string;
  sandbox: Figures;
  floor: Figures;
  ratio: number;
  failed: number;
}

interface LongRun {
  windows: { rate: number; rssMegabytes: number }[];
  floorRate: number;
  ratios: { first: number; last: number };
}

function startSandboxTarget(): Target {
  return Child.start('./target.ts', values.data ? ['--data', dataFile] : []);
}

async function prepared(row: Row, sandbox: Target, floor: Target) {
  const { port, key } = await sandbox.ask({ ask: 'address' });
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/x-www-form-urlencoded',
    'Stripe-Version': '2024-12-18.acacia',
  };
  const body = row.method === 'POST' ? row.body : FORM;
  const url = `http://127.0.0.1:${port}/v1/payment_intents`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const example = await response.text();
  if (response.status !== 200) throw new Error(`the sandbox refuses the bench's request: ${example}`);
  await floor.ask({ ask: 'answer-with', body: example });
  const { id } = JSON.parse(example) as { id: string };
  const shot: Shot = {
    method: row.method,
    path: row.method === 'GET' ? `/v1/payment_intents/${id}` : '/v1/payment_intents',
    body: row.body,
    headers: row.keyed ? { ...headers, 'Idempotency-Key': '[<id>]' } : headers,
  };
  return shot;
}

async function round(target: Target, load: Load, { shot, time }: { shot: Shot; time: number }) {
  const before = await target.ask({ ask: 'usage' });
  const result = await load.ask({ port: before.port, shot, seconds: time, connections });
  return measured(result, before.usage, (await target.ask({ ask: 'usage' })).usage);
}

/** Rounds of the two take turns, so that what else the machine does hits both. */
async function measure(row: Row, load: Load): Promise<RowResult> {
  const sandbox = startSandboxTarget();
  const floor: Target = Child.start('./target.ts', ['--floor']);
  const shot = await prepared(row, sandbox, floor);
  for (const target of [sandbox, floor]) await round(target, load, { shot, time: 2 });
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let i = 0; i < rounds; i += 1) {
    ours.push(await round(sandbox, load, { shot, time: seconds }));
    theirs.push(await round(floor, load, { shot, time: seconds }));
  }
  await sandbox.stop();
  await floor.stop();
  const figures = { sandbox: figuresOf(ours), floor: figuresOf(theirs) };
  return {
    name: row.name,
    ...figures,
    ratio: ratio(figures.sandbox.rate, figures.floor.rate),
    failed: [...ours, ...theirs].reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Objects pile up; the rate must stay. */
async function measureLong(row: Row, load: Load): Promise<LongRun> {
  const sandbox = startSandboxTarget();
  const floor: Target = Child.start('./target.ts', ['--floor']);
  const shot = await prepared(row, sandbox, floor);
  for (const target of [sandbox, floor]) await round(target, load, { shot, time: 2 });
  const windows: Measured[] = [];
  const floors: Measured[] = [];
  const time = 10;
  for (let spent = 0; spent < longSeconds; spent += time) {
    windows.push(await round(sandbox, load, { shot, time }));
    floors.push(await round(floor, load, { shot, time: 2 }));
  }
  await sandbox.stop();
  await floor.stop();
  const rates = windows
    .map((window) => figuresOf([window]))
    .map(({ rate, rssMegabytes }) => ({ rate, rssMegabytes }));
  const floorRate = (at: number) => figuresOf([floors.at(at) as Measured]).rate;
  return {
    windows: rates,
    floorRate: figuresOf(floors).rate,
    ratios: {
      first: ratio(rates[0]?.rate ?? 0, floorRate(0)),
      last: ratio(rates.at(-1)?.rate ?? 0, floorRate(-1)),
    },
  };
}

function ratio(a: number, b: number): number {
  return Number((a / b).toFixed(2));
}

function table(results: readonly RowResult[]): string {
  const lines = results.flatMap(({ name, sandbox, floor, ratio: rates }) => [
    line([name, 'sandbox'], sandbox, rates.toFixed(2)),
    line(['', 'floor'], floor, ''),
  ]);
  return [
    '| request | server | req/s | p50 ms | p99 ms | CPU µs/req | RSS MB | ratio |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function line(names: readonly string[], figures: Figures, rates: string): string {
  const { rate, p50, p99, cpuMicros, rssMegabytes } = figures;
  return `| ${[...names, rate, p50, p99, cpuMicros, rssMegabytes, rates].join(' | ')} |`;
}

function longText({ windows, floorRate, ratios }: LongRun): string {
  const each = windows.map(({ rate, rssMegabytes }) => `${rate} (${rssMegabytes} MB)`).join(', ');
  return `create for ${longSeconds} s, req/s of each 10 s: ${each}; floor ${floorRate}; ratio ${ratios.first} at first, ${ratios.last} at last`;
}

const load: Load = Child.start('./load.ts', []);
const chosen = ROWS.filter(({ name }) => values.row === undefined || name === values.row);
const results: RowResult[] = [];
for (const row of chosen) results.push(await measure(row, load));
const [first] = chosen;
const long = longSeconds > 0 && first ? await measureLong(first, load) : undefined;
await load.stop();
rmSync(dataFile, { force: true });

const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
const report = { machine, rounds, seconds, connections, data: values.data, rows: results, long };
process.stdout.write(
  values.json
    ? `${JSON.stringify(report, null, 2)}\n`
    : `${machine.cores} × ${machine.cpu}, Node ${machine.node}\n\n${table(results)}\n${long ? `\n${longText(long)}\n` : ''}`,
);
const failed = results.reduce((sum, row) => sum + row.failed, 0);
if (failed > 0) {
  process.stderr.write(`${failed} requests failed: the figures mean nothing\n`);
  process.exitCode = 1;
}
