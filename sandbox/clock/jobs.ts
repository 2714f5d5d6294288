import type { Job } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import type { Transaction } from '../store/transaction.js';
import type { Clock } from './clock.js';
import { DueQueue } from './due-queue.js';

export type JobHandler = (tx: Transaction, data: Record<string, string>) => void;

/** For "what Stripe does some time later": the job is part of the transaction that asks for it. */
export function later(tx: Transaction, name: string, data: Record<string, string>): void {
  const due = tx.nowMs + tx.surroundings.asyncDelayMs;
  tx.put('job', { id: tx.nextId('job'), name, due, data, soon: true });
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs stored jobs when the sandbox's clock reaches them, each in a transaction of its own. */
export class JobRunner {
  private readonly pending = new DueQueue<Job>();
  private soon = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly handlers: Readonly<Record<string, JobHandler>>,
  ) {}

  add(job: Job): void {
    this.pending.add(job);
    if (job.soon) this.soon += 1;
    if (job.due < this.timerDue) this.arm(job.due);
  }

  clear(): void {
    this.pending.clear();
    this.soon = 0;
    clearTimeout(this.timer);
    this.timerDue = Number.POSITIVE_INFINITY;
  }

  /** Whether something of the near future is still to be done. */
  get busy(): boolean {
    return this.soon > 0;
  }

  /** Also called when the clock was moved. Jobs that these jobs ask for wait for their own turn. */
  runDue(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    const now = this.clock.nowMs();
    const due: Job[] = [];
    for (let job = this.pending.take(now); job; job = this.pending.take(now)) due.push(job);
    for (const job of due) this.run(job);
    const { next } = this.pending;
    if (next) this.arm(next.due);
    else clearTimeout(this.timer);
  }

  private run(job: Job): void {
    if (job.soon) this.soon -= 1;
    const handler = this.handlers[job.name];
    if (!handler) throw new Error(`no handler for the job ${job.name}`);
    this.store.transact((tx) => {
      tx.remove('job', job.id);
      handler(tx, job.data);
    });
  }

  private arm(due: number): void {
    clearTimeout(this.timer);
    this.timerDue = due;
    const wait = Math.min(Math.max(0, due - this.clock.nowMs()), LONGEST_TIMER);
    this.timer = setTimeout(() => this.runDue(), wait);
    this.timer.unref();
  }
}
