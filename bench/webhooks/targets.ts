import { parseArgs } from 'node:util';
import type { Usage } from '../sandbox/target.js';
import { startGuichetApi, startGuichetWorker } from './guichet.js';
import { startCeiling, startFloor } from './plain-routes.js';
import { startStripe } from './stripe.js';
import { startSyncEngine } from './sync-engine.js';

/** A worker takes its lanes at once, and begins when told to `go`. */
export type TargetQuestion = { ask: 'state' | 'go' };

export interface TargetAnswer {
  port: number;
  usage: Usage;
  /** Of Stripe: reads by kind of object. Of a worker: its lanes. */
  counts: Record<string, number>;
}

/** What a target needs to know of what is around it. */
export interface Surroundings {
  mongodbUri: string;
  dbName: string;
  templatesFile: string;
  stripePort: number;
  stripeAccountId: string;
  /** Of a worker. */
  batch: number | null;
  postgresUrl: string | null;
}

export interface Running {
  /** 0 for one that listens to nobody. */
  port: number;
  counts?(): Record<string, number>;
  go?(): void;
  stop(): Promise<void>;
}

const KINDS = {
  stripe: startStripe,
  floor: startFloor,
  ceiling: startCeiling,
  'guichet-api': startGuichetApi,
  'guichet-worker': startGuichetWorker,
  'sync-engine': startSyncEngine,
};

export type TargetKind = keyof typeof KINDS;

const { values } = parseArgs({ options: { kind: { type: 'string' }, around: { type: 'string' } } });
const start: (around: Surroundings) => Promise<Running> = KINDS[values.kind as TargetKind];
const target = await start(JSON.parse(values.around ?? '{}') as Surroundings);

process.on('message', ({ ask }: TargetQuestion) => {
  if (ask === 'go') target.go?.();
  const { user, system } = process.cpuUsage();
  const usage = { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
  process.send?.({ port: target.port, usage, counts: target.counts?.() ?? {} } satisfies TargetAnswer);
});
process.on('disconnect', () => void target.stop());
