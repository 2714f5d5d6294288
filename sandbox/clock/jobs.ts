import type { AccountState } from '../store/account-state.js';
import type { Job } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import type { Transaction } from '../store/transaction.js';
import type { Clock } from './clock.js';

export type JobHandler = (tx: Transaction, data: Record<string, string>) => void;

/** For "what Stripe does some time later": the job is part of the transaction that asks for it. */
export function later(tx: Transaction, name: string, data: Record<string, string>): void {
  const due = tx.nowMs + tx.surroundings.asyncDelayMs;
  tx.put('job', { id: tx.nextId('job'), name, due, data, soon: true });
}

/** For what the calendar brings: it waits for its date, or for a clock that was moved there. `due` is in milliseconds. */
export function at(
  tx: Transaction,
  { name, due, data }: { name: string; due: number; data: Record<string, string> },
): void {
  tx.put('job', { id: tx.nextId('job'), name, due, data, soon: false });
}

interface Pending {
  job: Job;
  state: AccountState;
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs stored jobs when the sandbox's clock reaches them, each in a transaction of its own. */
export class JobRunner {
  private readonly pending = new Map<string, Pending>();
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly handlers: Readonly<Record<string, JobHandler>>,
  ) {}

  /** A job runs in the account whose transaction asked for it. */
  add(job: Job, state: AccountState): void {
    this.pending.set(job.id, { job, state });
    if (job.due < this.timerDue) this.arm(job.due);
  }

  clear(): void {
    this.pending.clear();
    clearTimeout(this.timer);
    this.timerDue = Number.POSITIVE_INFINITY;
  }

  /** When the next job of the near future is due; undefined when none is. */
  get nextSoon(): number | undefined {
    const due = [...this.pending.values()].flatMap(({ job }) => (job.soon ? [job.due] : []));
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  /** Whether something of the near future is still to be done. */
  get busy(): boolean {
    for (const { job } of this.pending.values()) if (job.soon) return true;
    return false;
  }

  /** Also called when the clock was moved. */
  runDue(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    const now = this.clock.nowMs();
    const due = [...this.pending.values()]
      .filter(({ job }) => job.due <= now)
      .sort((a, b) => a.job.due - b.job.due);
    for (const pending of due) this.run(pending);
    let next = Number.POSITIVE_INFINITY;
    for (const { job } of this.pending.values()) next = Math.min(next, job.due);
    if (Number.isFinite(next)) this.arm(next);
    else clearTimeout(this.timer);
  }

  private run({ job, state }: Pending): void {
    this.pending.delete(job.id);
    const handler = this.handlers[job.name];
    if (!handler) throw new Error(`no handler for the job ${job.name}`);
    this.store.transact((tx) => {
      tx.remove('job', job.id);
      handler(tx, job.data);
    }, state);
  }

  private arm(due: number): void {
    if (this.clock.frozen && due > this.clock.nowMs()) return;
    clearTimeout(this.timer);
    this.timerDue = due;
    const wait = Math.min(Math.max(0, due - this.clock.nowMs()), LONGEST_TIMER);
    this.timer = setTimeout(() => this.runDue(), wait);
    this.timer.unref();
  }
}
