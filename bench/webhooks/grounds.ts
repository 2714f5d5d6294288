import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type RunningMongod, startMongod } from '../../embedded/mongod/start-mongod.js';
import { Child } from '../sandbox/child.js';
import { InboxDatabase } from './inbox-database.js';
import type { Gate, Volley, VolleyResult } from './load.js';
import type { Surroundings, TargetAnswer, TargetKind, TargetQuestion } from './targets.js';
import { recordTemplates, type Templates } from './templates.js';

export type Target = Child<TargetQuestion, TargetAnswer>;
type Load = Child<Volley, VolleyResult>;

const CACHE_GB = 1;

interface Parts {
  templates: Templates;
  templatesFile: string;
  mongod: RunningMongod;
  mongo: MongoClient;
  load: Load;
  stripe: Target;
  stripePort: number;
}

/** What all targets stand on: one mongod, one Stripe, one load generator, and the templates of the events. */
export class Grounds {
  private databases = 0;

  private constructor(private readonly parts: Parts) {}

  get templates(): Templates {
    return this.parts.templates;
  }
  get templatesFile(): string {
    return this.parts.templatesFile;
  }
  get mongod(): RunningMongod {
    return this.parts.mongod;
  }
  get mongo(): MongoClient {
    return this.parts.mongo;
  }
  get load(): Load {
    return this.parts.load;
  }

  static async open(): Promise<Grounds> {
    const mongod = await startMongod({ env: process.env, cacheSizeGB: CACHE_GB });
    const templates = await recordTemplates(mongod.uri);
    const templatesFile = join(mkdtempSync(join(tmpdir(), 'guichet-bench-')), 'templates.json');
    writeFileSync(templatesFile, JSON.stringify(templates));
    const mongo = await MongoClient.connect(mongod.uri);
    const stripe = startTarget('stripe', { templatesFile });
    const { port } = await stripe.ask({ ask: 'state' });
    const load: Load = Child.start('../webhooks/load.ts', []);
    return new Grounds({ templates, templatesFile, mongod, mongo, load, stripe, stripePort: port });
  }

  /** A database that no other round has used. */
  database(): InboxDatabase {
    this.databases += 1;
    return new InboxDatabase(this.mongo, `bench_${this.databases}`);
  }

  around(dbName: string, more: Partial<Surroundings> = {}): Surroundings {
    const { templatesFile, stripePort, templates } = this.parts;
    const { stripeAccountId } = templates;
    const mongodbUri = this.mongod.uri;
    return {
      mongodbUri,
      dbName,
      templatesFile,
      stripePort,
      stripeAccountId,
      batch: null,
      postgresUrl: null,
      ...more,
    };
  }

  /** Reads that Stripe was asked for since it was asked last, by kind of object. */
  async fetched(): Promise<Record<string, number>> {
    return (await this.parts.stripe.ask({ ask: 'state' })).counts;
  }

  gate(gate: Gate): void {
    this.load.tell(gate);
  }

  async close(): Promise<void> {
    await this.load.stop();
    await this.parts.stripe.stop();
    await this.mongo.close();
    await this.mongod.stop();
    rmSync(join(this.templatesFile, '..'), { recursive: true });
  }
}

export function startTarget(kind: TargetKind, around: Partial<Surroundings>): Target {
  return Child.start('../webhooks/targets.ts', ['--kind', kind, '--around', JSON.stringify(around)]);
}
