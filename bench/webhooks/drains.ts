import { WEBHOOK_PATH } from '../../src/utils/stripe/webhook-path.js';
import { type Grounds, startTarget, type Target } from './grounds.js';
import { WEBHOOK_SECRET } from './guichet.js';
import type { InboxDatabase } from './inbox-database.js';
import type { Mix } from './mix.js';
import { lanesTaken, type RoundOptions, startBoth } from './rounds.js';

/** A database whose events are stored and not applied: each drain gets a copy. */
export interface Stored {
  database: InboxDatabase;
  mix: Mix;
}

export interface DrainOptions {
  workers: number;
  /** Events in a batch; as many as the worker takes by itself when null. */
  batch: number | null;
  /** Applied events that are in the inbox already. */
  before?: { events: number; from: InboxDatabase };
}

export interface Drain {
  rate: number;
  /** Of the transactions, how many were tried again. */
  retried: number;
  wrong: number;
  cpuMicros: number;
  database: InboxDatabase;
}

/** Applies what is stored, with nothing else going on. */
export async function drain(
  grounds: Grounds,
  { database: source, mix }: Stored,
  { workers: count, batch, before }: DrainOptions,
): Promise<Drain> {
  const database = grounds.database();
  const around = grounds.around(database.name, { batch });
  await database.prepareAs(around, source);
  if (before) await addApplied(database, before);
  const workers = Array.from({ length: count }, () => startTarget('guichet-worker', around));
  await lanesTaken(workers);
  const transactions = await transactionsOf(grounds);
  const cpu = await cpuOf(workers);
  const began = performance.now();
  for (const worker of workers) await worker.ask({ ask: 'go' });
  await database.settled();
  const seconds = (performance.now() - began) / 1000;
  const used = (await cpuOf(workers)) - cpu;
  const ended = await transactionsOf(grounds);
  for (const worker of workers) await worker.stop();
  const { distinct } = mix;
  return {
    rate: Math.round(distinct / seconds),
    retried: (ended.aborted - transactions.aborted) / (ended.committed - transactions.committed),
    wrong: await database.wrong(grounds.templates, mix),
    cpuMicros: Math.round(used / distinct),
    database,
  };
}

async function cpuOf(targets: readonly Target[]): Promise<number> {
  let sum = 0;
  for (const target of targets) sum += (await target.ask({ ask: 'state' })).usage.cpuMicros;
  return sum;
}

async function transactionsOf({ mongo }: Grounds): Promise<{ committed: number; aborted: number }> {
  const { transactions } = await mongo.db('admin').command({ serverStatus: 1 });
  return { committed: Number(transactions.totalCommitted), aborted: Number(transactions.totalAborted) };
}

/** Copies of events that were applied elsewhere, under ids of their own. */
async function addApplied(
  database: InboxDatabase,
  { events, from }: { events: number; from: InboxDatabase },
): Promise<void> {
  const into = database.rows('webhook_events');
  const target = { db: database.name, coll: into.collectionName };
  for (let round = 0, added = 0; added < events; round += 1) {
    const limit = events - added;
    const copies = [
      { $match: { status: 'applied' } },
      { $limit: limit },
      { $set: { _id: { $concat: ['old_', String(round), '_', '$_id'] } } },
      { $merge: { into: target, whenMatched: 'fail', whenNotMatched: 'insert' } },
    ];
    await from.rows('webhook_events').aggregate(copies).toArray();
    added = await into.countDocuments({ _id: { $gte: 'old_', $lt: 'old`' } });
  }
}

/** Memory of API and worker, in MB, after each window of a long run under load. */
export interface MemoryRun {
  windows: { api: number; worker: number }[];
  wrong: number;
}

const WINDOW = 20_000;

export async function memoryRun(grounds: Grounds, options: RoundOptions): Promise<MemoryRun> {
  const { mix, database, api, worker, port } = await startBoth(grounds, options);
  const windows: MemoryRun['windows'] = [];
  for (let from = 0; from < mix.deliveries.length; from += WINDOW) {
    await grounds.load.ask({
      ...options,
      ...{ templatesFile: grounds.templatesFile, secret: WEBHOOK_SECRET, port, path: WEBHOOK_PATH },
      ...{ from, to: from + WINDOW },
    });
    await database.settled();
    windows.push({ api: await megabytesOf(api), worker: await megabytesOf(worker) });
  }
  for (const target of [worker, api]) await target.stop();
  return { windows, wrong: await database.wrong(grounds.templates, mix) };
}

async function megabytesOf(target: Target): Promise<number> {
  return Math.round((await target.ask({ ask: 'state' })).usage.rssBytes / 1e6);
}
