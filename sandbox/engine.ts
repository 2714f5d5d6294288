import { randomBytes } from 'node:crypto';
import { Clock } from './clock/clock.js';
import { type JobHandler, JobRunner } from './clock/jobs.js';
import { FidelityChecks } from './contract/fidelity.js';
import { Deliverer } from './events/deliver.js';
import { Poster } from './events/post.js';
import type { SandboxOptions } from './options.js';
import { newAccount } from './platform/account.js';
import { BuiltInEndpoint } from './platform/built-in-endpoint.js';
import type { AccountState } from './store/account-state.js';
import { Accounts } from './store/accounts.js';
import { IdSource } from './store/ids.js';
import type { Delivery, Job } from './store/kinds.js';
import { Log } from './store/log.js';
import { type LogLine, Store } from './store/store.js';
import type { Change, Reaction } from './store/transaction.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Quick at first, for an application that is just restarting; then for hours, as Stripe does. */
const RETRY_DELAYS = [
  SECOND,
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
];

/** What the machines bring along beside their routes. */
export interface Behaviour {
  jobs: Readonly<Record<string, JobHandler>>;
  reactions: Readonly<Record<string, Reaction>>;
}

interface Header {
  seed: string;
  /** Where the clock was frozen. */
  at?: number;
}

function checkHeader({ seed, at }: Header, { dataFile, seed: given }: SandboxOptions, fresh: Header): void {
  const broken = `the data file ${dataFile} cannot be used: `;
  if (typeof seed !== 'string') throw new Error(`${broken}it is not one of a sandbox`);
  if (given !== undefined && seed !== fresh.seed)
    throw new Error(`${broken}it began with another seed. Leave the seed out, or take another file.`);
  if (fresh.at !== undefined && at !== fresh.at)
    throw new Error(
      `${broken}it began ${at === undefined ? 'with a running clock' : `at ${new Date(at).toISOString()}`}. Leave the start time out, or take another file.`,
    );
}

/** A data file keeps the seed and the frozen clock that it began with: others would be ignored, so they are refused. */
function openLog(options: SandboxOptions): { log: Log | undefined; header: Header } {
  const { startTime } = options;
  const fresh: Header = {
    seed: String(options.seed ?? randomBytes(12).toString('hex')),
    ...(startTime !== undefined && { at: startTime.valueOf() }),
  };
  if (Number.isNaN(fresh.at)) throw new Error('startTime is not a valid date');
  if (options.dataFile === undefined) return { log: undefined, header: fresh };
  const log = Log.open(options.dataFile);
  const header = log.lines[0] as Header | undefined;
  if (header) {
    checkHeader(header, options, fresh);
    return { log, header };
  }
  log.lines.push(fresh);
  log.append(fresh);
  return { log, header: fresh };
}

/** State, time and what happens by itself: everything of the sandbox but its HTTP side. */
export class Engine {
  readonly ids: IdSource;
  readonly requestIds: IdSource;
  readonly clock: Clock;
  readonly fidelity: FidelityChecks | undefined;
  readonly store: Store;
  readonly jobs: JobRunner;
  readonly deliverer: Deliverer;
  readonly builtIn: BuiltInEndpoint;
  /** Made when somebody asks for it. */
  readonly builtInConnect: BuiltInEndpoint;
  /** The address is known only once the server listens. */
  readonly surroundings;
  private readonly log: Log | undefined;
  private readonly poster = new Poster();
  private waiters: (() => void)[] = [];

  constructor(options: SandboxOptions, behaviour: Behaviour) {
    const { log, header } = openLog(options);
    const { seed } = header;
    this.log = log;
    const ids = new IdSource(seed);
    const clock = new Clock({
      wall: options.now ?? Date.now,
      offset: options.clockOffsetMs ?? 0,
      frozenAt: header.at,
    });
    const fidelity = options.fidelityChecks ? new FidelityChecks() : undefined;
    this.ids = ids;
    this.requestIds = new IdSource(`${seed} requests ${log?.lines.length ?? 0}`);
    this.clock = clock;
    this.fidelity = fidelity;
    this.surroundings = {
      url: '',
      ids,
      accounts: new Accounts(ids.accountId),
      asyncDelayMs: options.asyncDelayMs ?? SECOND,
      nowMs: () => clock.nowMs(),
      reactions: behaviour.reactions,
    };
    this.store = new Store({
      ids,
      clock,
      surroundings: this.surroundings,
      log,
      freeze: fidelity !== undefined,
      check: fidelity && ((changes) => fidelity.checkChanges(changes)),
    });
    this.jobs = new JobRunner(this.store, clock, behaviour.jobs);
    this.deliverer = new Deliverer({
      store: this.store,
      clock,
      poster: this.poster,
      retryDelaysMs: options.webhookRetryDelaysMs ?? RETRY_DELAYS,
      onSettled: () => this.settled(),
    });
    this.builtIn = new BuiltInEndpoint(this.store, false);
    this.builtInConnect = new BuiltInEndpoint(this.store, true);
    for (const line of log?.lines.splice(1) ?? []) this.store.replay(line as LogLine);
    // Each start leaves a line, so that no two starts share request ids.
    log?.append({ n: ids.sequence, a: ids.accountId } satisfies LogLine);
    this.furnish();
    this.store.onCommit((changes, state) => this.committed(changes, state));
  }

  /** Makes what every sandbox has, and takes up what an earlier run left undone. */
  furnish(): void {
    const { store, ids, jobs, deliverer } = this;
    if (!store.platform.collection('account').get(ids.accountId))
      store.transact((tx) => tx.put('account', newAccount(ids.accountId, tx.now)));
    this.builtIn.ensure();
    for (const state of store.accounts.all()) {
      for (const job of state.collection('job').values()) jobs.add(job, state);
      for (const delivery of state.collection('delivery').values())
        if (delivery.status === 'pending') deliverer.add(delivery, state);
    }
  }

  /** Settles when no job of the near future and no delivery is pending. A frozen clock is moved on to those jobs. */
  idle(): Promise<void> {
    this.moveFrozenClock();
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  async stop(): Promise<void> {
    this.jobs.clear();
    this.deliverer.stop();
    this.poster.close();
    await this.log?.close();
  }

  /** Nothing else would ever run what Stripe does a moment later. */
  private moveFrozenClock(): void {
    if (!this.clock.frozen) return;
    for (let due = this.jobs.nextSoon; due !== undefined; due = this.jobs.nextSoon) {
      this.store.moveClock(Math.max(0, due - this.clock.nowMs()));
      this.jobs.runDue();
      this.deliverer.runDue();
    }
  }

  private isIdle(): boolean {
    return !this.jobs.busy && !this.deliverer.busy;
  }

  private settled(): void {
    if (this.waiters.length === 0) return;
    this.moveFrozenClock();
    if (!this.isIdle()) return;
    const waiters = this.waiters;
    this.waiters = [];
    for (const done of waiters) done();
  }

  private committed(changes: readonly Change[], state: AccountState): void {
    for (const { kind, object } of changes) {
      if (kind === 'webhook_endpoint') this.deliverer.runDue();
      if (kind === 'job' && object) this.jobs.add(object as Job, state);
      if (kind === 'delivery' && (object as Delivery).status === 'pending')
        this.deliverer.add(object as Delivery, state);
    }
    if (this.waiters.length > 0) setImmediate(() => this.settled());
  }
}
