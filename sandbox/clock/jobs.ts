import type { AccountState } from '../store/account-state.js';
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

interface Appointment {
  /** By which `tx.remove('job', id)` takes it back; one of its own when left out. */
  id?: string;
  name: string;
  /** In milliseconds. */
  due: number;
  data: Record<string, string>;
}

/** For what the calendar brings: it waits for its date, or for a clock that was moved there. */
export function at(tx: Transaction, { id = tx.nextId('job'), ...job }: Appointment): void {
  tx.put('job', { id, ...job, soon: false });
}

interface Pending {
  job: Job;
  due: number;
  state: AccountState;
}

const NEVER = Number.POSITIVE_INFINITY;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs stored jobs when the sandbox's clock reaches them, each in a transaction of its own. */
export class JobRunner {
  private readonly soon = new DueQueue<Pending>();
  private readonly calendar = new DueQueue<Pending>();
  private timer: NodeJS.Timeout | undefined;
  private timerDue = NEVER;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly handlers: Readonly<Record<string, JobHandler>>,
  ) {}

  /** A job runs in the account whose transaction asked for it. */
  add(job: Job, state: AccountState): void {
    const queue = job.soon ? this.soon : this.calendar;
    queue.add({ job, due: job.due, state });
    if (job.due < this.timerDue) this.arm(job.due);
  }

  clear(): void {
    this.soon.clear();
    this.calendar.clear();
    clearTimeout(this.timer);
    this.timerDue = NEVER;
  }

  /** When the next job of the near future is due; undefined when none is. */
  get nextSoon(): number | undefined {
    return this.soon.next?.due;
  }

  /** Whether something of the near future is still to be done. */
  get busy(): boolean {
    return this.soon.next !== undefined;
  }

  /** Also called when the clock was moved. Jobs that these jobs ask for wait for their own turn. */
  runDue(): void {
    this.timerDue = NEVER;
    const now = this.clock.nowMs();
    const due = [...this.soon.takeDue(now), ...this.calendar.takeDue(now)].sort((a, b) => a.due - b.due);
    for (const pending of due) this.run(pending);
    const next = Math.min(this.soon.next?.due ?? NEVER, this.calendar.next?.due ?? NEVER);
    if (next < NEVER) this.arm(next);
    else clearTimeout(this.timer);
  }

  private run({ job, state }: Pending): void {
    // Somebody may have taken it back since, even a job that was due at the same time.
    if (!state.collection('job').get(job.id)) return;
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
