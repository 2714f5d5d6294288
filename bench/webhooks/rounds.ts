import { WEBHOOK_PATH } from '../../src/utils/stripe/webhook-path.js';
import type { Measured } from '../sandbox/figures.js';
import type { Usage } from '../sandbox/target.js';
import { type Grounds, startTarget, type Target } from './grounds.js';
import { WEBHOOK_SECRET } from './guichet.js';
import type { InboxDatabase } from './inbox-database.js';
import type { VolleyResult } from './load.js';
import { buildMix, type Mix } from './mix.js';
import { wrongStates } from './oracle.js';
import { FLOOR_COLLECTION, PLAIN_PATH } from './plain-routes.js';
import { processorTime } from './processor-time.js';
import { createDatabase, readerOfSyncEngine } from './sync-engine.js';

export interface RoundOptions {
  seed: number;
  events: number;
  connections: number;
  /** Deliveries a second; as fast as answers come when absent. */
  rate?: number;
}

/** What one target did in one round. */
export interface Round extends Measured {
  databaseMicros: number | null;
  loadMicros: number;
  /** Null for a target that keeps no state. */
  wrong: number | null;
}

/** Unmeasured: code is compiled and connections are opened meanwhile. */
const WARM_UP = 0.1;
/** Stored and not yet applied, while loaded: five full batches. */
const BACKLOG = 2000;
const GATE_MS = 50;

/** Processes of one target whose CPU and memory count, and the server of its database. */
interface Measuring {
  targets: Target[];
  databasePid: number | null;
}

/** Everything in the order of time: warm up, the volley, and what its events still need afterwards. */
async function measure(
  grounds: Grounds,
  { targets, databasePid }: Measuring,
  volley: RoundOptions & { port: number; path: string; settled?: () => Promise<void> },
): Promise<Round> {
  const mix = buildMix({ ...volley, templates: grounds.templates });
  const warm = Math.floor(mix.deliveries.length * WARM_UP);
  const { settled = async () => undefined, ...rest } = volley;
  const whole = { ...rest, templatesFile: grounds.templatesFile, secret: WEBHOOK_SECRET };
  const { rate: _unhurried, ...eager } = whole;
  const failed = (await grounds.load.ask({ ...eager, from: 0, to: warm })).failed;
  await settled();
  const before = await usageOf({ targets, databasePid });
  const result = await grounds.load.ask({ ...whole, from: warm, to: mix.deliveries.length });
  const answered = performance.now();
  await settled();
  const after = await usageOf({ targets, databasePid });
  return roundOf(result, {
    seconds: result.seconds + (performance.now() - answered) / 1000,
    failed: failed + result.failed,
    before,
    after,
  });
}

interface UsageOfAll extends Usage {
  databaseMicros: number | null;
}

async function usageOf({ targets, databasePid }: Measuring): Promise<UsageOfAll> {
  const databaseMicros = databasePid === null ? null : processorTime(databasePid);
  const total = { cpuMicros: 0, rssBytes: 0, databaseMicros };
  for (const target of targets) {
    const { usage } = await target.ask({ ask: 'state' });
    total.cpuMicros += usage.cpuMicros;
    total.rssBytes += usage.rssBytes;
  }
  return total;
}

function roundOf(
  { cpuMicros: loadMicros, ...result }: VolleyResult,
  {
    seconds,
    failed,
    before,
    after,
  }: { seconds: number; failed: number; before: UsageOfAll; after: UsageOfAll },
): Round {
  const known = before.databaseMicros !== null && after.databaseMicros !== null;
  return {
    ...result,
    seconds,
    failed,
    cpuMicros: after.cpuMicros - before.cpuMicros,
    rssBytes: after.rssBytes,
    databaseMicros: known ? Number(after.databaseMicros) - Number(before.databaseMicros) : null,
    loadMicros,
    wrong: null,
  };
}

/** Guichet's API alone: an answer says that a majority holds the row. */
export async function roundOfAck(grounds: Grounds, options: RoundOptions): Promise<Round> {
  const { round } = await fill(grounds, options);
  return round;
}

/** The same, and the database with all events of the mix stored and none applied. */
export async function fill(
  grounds: Grounds,
  options: RoundOptions,
): Promise<{ round: Round; database: InboxDatabase; mix: Mix }> {
  const mix = buildMix({ ...options, templates: grounds.templates });
  const database = grounds.database();
  const around = grounds.around(database.name);
  await database.prepare(around, grounds.templates, mix);
  const api = startTarget('guichet-api', around);
  const { port } = await api.ask({ ask: 'state' });
  const measuring = { targets: [api], databasePid: grounds.mongod.pid };
  const round = await measure(grounds, measuring, { ...options, port, path: WEBHOOK_PATH });
  await api.stop();
  const lost = mix.distinct - (await database.pending());
  return { round: { ...round, wrong: lost }, database, mix };
}

/** API and worker, a process each, on a database of their own that knows the mix's payments. */
export async function startBoth(grounds: Grounds, options: RoundOptions) {
  const mix = buildMix({ ...options, templates: grounds.templates });
  const database = grounds.database();
  const around = grounds.around(database.name);
  await database.prepare(around, grounds.templates, mix);
  const [api, worker] = [startTarget('guichet-api', around), startTarget('guichet-worker', around)];
  const { port } = await api.ask({ ask: 'state' });
  await lanesTaken([worker]);
  await worker.ask({ ask: 'go' });
  return { mix, database, api, worker, port };
}

/** API and worker while events keep coming: as many as are applied, with a small backlog. */
export async function roundOfApplied(grounds: Grounds, options: RoundOptions): Promise<Round> {
  const { mix, database, api, worker, port } = await startBoth(grounds, options);
  const measuring = { targets: [api, worker], databasePid: grounds.mongod.pid };
  const watch = watchBacklog(grounds, database);
  const round = await measure(grounds, measuring, {
    ...options,
    ...{ port, path: WEBHOOK_PATH, settled: () => database.settled() },
  });
  await watch.stop();
  for (const target of [worker, api]) await target.stop();
  return { ...round, wrong: await database.wrong(grounds.templates, mix) };
}

function watchBacklog(grounds: Grounds, database: InboxDatabase): { stop(): Promise<void> } {
  let watching = true;
  const ended = (async () => {
    while (watching) {
      grounds.gate({ open: (await database.pending()) < BACKLOG });
      await new Promise((resolve) => setTimeout(resolve, GATE_MS));
    }
    grounds.gate({ open: true });
  })();
  return {
    stop() {
      watching = false;
      return ended;
    },
  };
}

/** Waits until the workers have shared the lanes among them. */
export async function lanesTaken(workers: Target[]): Promise<void> {
  const all = 65;
  for (;;) {
    const held: number[] = [];
    for (const worker of workers) held.push((await worker.ask({ ask: 'state' })).counts.lanes ?? 0);
    const fair = Math.max(...held) <= Math.ceil(all / workers.length);
    if (fair && held.reduce((sum, count) => sum + count, 0) === all) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One of the plain routes. The floor has to hold each event once. */
export async function roundOfPlain(
  grounds: Grounds,
  kind: 'floor' | 'ceiling',
  options: RoundOptions,
): Promise<Round> {
  const { name } = grounds.database();
  const target = startTarget(kind, grounds.around(name));
  const { port } = await target.ask({ ask: 'state' });
  const databasePid = kind === 'floor' ? grounds.mongod.pid : null;
  const round = await measure(
    grounds,
    { targets: [target], databasePid },
    { ...options, port, path: PLAIN_PATH },
  );
  await target.stop();
  if (kind === 'ceiling') return round;
  const { distinct } = buildMix({ ...options, templates: grounds.templates });
  const stored = await grounds.mongo.db(name).collection(FLOOR_COLLECTION).countDocuments();
  return { ...round, wrong: distinct - stored };
}

/** stripe-sync-engine, which answers once it has applied an event. */
export async function roundOfSyncEngine(
  grounds: Grounds,
  postgres: { url: string; pid: number },
  options: RoundOptions,
): Promise<Round> {
  const { name } = grounds.database();
  const postgresUrl = await createDatabase(postgres.url, name);
  const target = startTarget('sync-engine', grounds.around(name, { postgresUrl }));
  const { port } = await target.ask({ ask: 'state' });
  const measuring = { targets: [target], databasePid: postgres.pid };
  const round = await measure(grounds, measuring, { ...options, port, path: PLAIN_PATH });
  await target.stop();
  const mix = buildMix({ ...options, templates: grounds.templates });
  return { ...round, wrong: await wrongStates(grounds.templates, mix, readerOfSyncEngine(postgresUrl)) };
}
