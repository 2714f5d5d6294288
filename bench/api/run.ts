import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { startMongod } from '../../embedded/mongod/start-mongod.js';
import { Child } from '../sandbox/child.js';
import type { Address, Surroundings } from './target.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '6' },
    /** Of one round, one after another. */
    requests: { type: 'string', default: '200' },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
/** First requests compile code and open connections. */
const WARM_UP = 300;

type Target = Child<string, Address>;
/** Sends one request and gives how long it took, in milliseconds. */
type Shot = () => Promise<number>;

interface Row {
  name: string;
  ours: number[];
  bare: number[];
  /** Requests of ours to MongoDB for one of the row's. */
  roundTrips: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  ms: number;
  status: number;
  text: string;
}

/** Over one kept connection, and without fetch, whose own work would be a good part of a short answer. */
function send({ url, key }: Address, path: string, body?: object): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const call = request(`${url}${path}`, {
      agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined
          ? {}
          : {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
              'idempotency-key': randomUUID(),
            }),
      },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const ms = performance.now() - started;
        resolve({ ms, status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    call.end(text);
  });
}

async function timed(target: Address, path: string, body?: object): Promise<number> {
  const { ms, status, text } = await send(target, path, body);
  if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`);
  return ms;
}

const CREATE = '/api/payments/create-intent';
const PRICE = { amount: 2500, currency: 'usd' };

async function createdIn(target: Address): Promise<string> {
  const { text, status } = await send(target, CREATE, PRICE);
  if (status !== 201) throw new Error(`create-intent answered ${status}: ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

/** The rounds of the two take turns, so that what else the machine does hits both. */
async function measure(name: string, shots: { ours: Shot; bare: Shot }, mongo: MongoClient): Promise<Row> {
  const row: Row = { name, ours: [], bare: [], roundTrips: 0 };
  for (const shot of [shots.ours, shots.bare]) for (let i = 0; i < WARM_UP; i += 1) await shot();
  for (let round = 0; round < rounds; round += 1) {
    const before = await requestsOf(mongo);
    const started = performance.now();
    for (let i = 0; i < requests; i += 1) row.ours.push(await shots.ours());
    const ours = (await requestsOf(mongo)) - before;
    row.roundTrips += (ours - (await idleRequests(mongo, performance.now() - started))) / requests / rounds;
    for (let i = 0; i < requests; i += 1) row.bare.push(await shots.bare());
  }
  return row;
}

async function requestsOf(mongo: MongoClient): Promise<number> {
  const { network } = await mongo.db('admin').command({ serverStatus: 1 });
  return Number(network.numRequests);
}

let idleRate: number | null = null;

/** What heartbeats and our own look add in so many milliseconds. */
async function idleRequests(mongo: MongoClient, ms: number): Promise<number> {
  if (idleRate === null) {
    const before = await requestsOf(mongo);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    idleRate = ((await requestsOf(mongo)) - before) / 3000;
  }
  return idleRate * ms;
}

function percentile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, ours, bare, roundTrips }) => {
    const [us, them] = [percentile(ours, 0.5), percentile(bare, 0.5)];
    const figures = [us, percentile(ours, 0.99), them, percentile(bare, 0.99), us - them];
    const share = `${us > them ? '+' : ''}${Math.round((us / them - 1) * 100)} %`;
    return `| ${[name, ...figures.map((ms) => ms.toFixed(2)), share, roundTrips.toFixed(1)].join(' | ')} |`;
  });
  return [
    '| request | ours p50 ms | ours p99 | bare p50 | bare p99 | our share ms | share | MongoDB requests |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

const load = loadavg()[0] ?? 0;
const mongod = await startMongod({ env: process.env });
const mongo = await MongoClient.connect(mongod.uri);
const start = (kind: string, around?: Surroundings): Target =>
  Child.start('../api/target.ts', ['--kind', kind, ...(around ? ['--around', JSON.stringify(around)] : [])]);
const sandboxTarget = start('sandbox');
const around = { sandbox: await sandboxTarget.ask('address'), mongodbUri: mongod.uri };
const targets = { ours: start('guichet', around), bare: start('bare', around) };
const ours = await targets.ours.ask('address');
const bare = await targets.bare.ask('address');
const ids = { ours: await createdIn(ours), bare: await createdIn(bare) };

const status = (id: string) => `/api/payments/${id}/status`;
const rows = [
  await measure(
    'create-intent',
    { ours: () => timed(ours, CREATE, PRICE), bare: () => timed(bare, CREATE, PRICE) },
    mongo,
  ),
  await measure(
    'status',
    { ours: () => timed(ours, status(ids.ours)), bare: () => timed(bare, status(ids.bare)) },
    mongo,
  ),
  await measure(
    'status?refresh=true',
    {
      ours: () => timed(ours, `${status(ids.ours)}?refresh=true`),
      bare: () => timed(bare, status(ids.bare)),
    },
    mongo,
  ),
];

for (const target of [targets.ours, targets.bare, sandboxTarget]) await target.stop();
agent.destroy();
await mongo.close();
await mongod.stop();

const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load };
process.stdout.write(
  values.json
    ? `${JSON.stringify({ machine, rounds, requests, rows }, null, 2)}\n`
    : `${machine.cores} × ${machine.cpu}, Node ${machine.node}, load ${load.toFixed(1)} before\n\n${table(rows)}\n`,
);
