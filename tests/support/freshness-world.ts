import type { Freshness, HeldVersion, SnapshotVersion } from '../../src/domain/freshness.js';
import type { ModelVersion } from './freshness-families.js';
import { pick, type Random } from './seeded-random.js';

/** How Stripe and the network behave; `calm` is an ordinary day, the rest is adversarial. */
export interface WorldOptions {
  calm: boolean;
  /** An event's `created` is up to this many seconds after the change. */
  eventLagSeconds: number;
}

/** The rule under test; a test may put a broken one here to see the model catch it. */
export interface Rule {
  freshness(held: HeldVersion | null, snapshot: SnapshotVersion): Freshness;
  laterAsOf(held: HeldVersion, snapshot: SnapshotVersion): Pick<HeldVersion, 'asOf' | 'spanMs' | 'rank'>;
}

export interface Outcome {
  held: HeldVersion | null;
  fetches: number;
  settled: boolean;
}

const MAX_FETCHES = 60;

/** Plays one object's life: events, answers and fetches arrive in the order of a virtual clock. */
export function playHistory(
  history: readonly ModelVersion[],
  rule: Rule,
  world: WorldOptions & { random: Random },
): Outcome {
  const run = new World(history, rule, world);
  run.schedule();
  run.play();
  return { held: run.held, fetches: run.fetches, settled: run.fetches < MAX_FETCHES };
}

class World {
  held: HeldVersion | null = null;
  fetches = 0;
  readonly #history: readonly ModelVersion[];
  readonly #rule: Rule;
  readonly #options: WorldOptions;
  readonly #random: Random;
  #queue: { at: number; run: () => void }[] = [];
  #waitingFetch: { deletion: boolean } | null = null;

  constructor(history: readonly ModelVersion[], rule: Rule, world: WorldOptions & { random: Random }) {
    this.#history = history;
    this.#rule = rule;
    this.#options = world;
    this.#random = world.random;
  }

  schedule(): void {
    for (const [index, version] of this.#history.entries()) {
      this.#scheduleEvents(version, index === 0);
      if (version.ours) this.#scheduleAnswer(version, index === 0);
    }
  }

  play(): void {
    for (;;) {
      this.#queue.sort((left, right) => left.at - right.at);
      const next = this.#queue.shift();
      if (next === undefined) return;
      next.run();
    }
  }

  #scheduleEvents(version: ModelVersion, first: boolean): void {
    const { calm, eventLagSeconds } = this.#options;
    const asOf = seconds(version.at + this.#random() * eventLagSeconds);
    const told = {
      source: 'event',
      asOf,
      spanMs: 0,
      versionAtStart: null,
      ...facts(version, first),
    } as const;
    const lost = !calm && this.#random() < 0.1;
    const copies = !calm && this.#random() < 0.2 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const polled = lost && copy === 0;
      const at = polled ? 300 + this.#random() : version.at + this.#delay();
      this.#at(at, () => this.#take({ ...told, untrusted: polled ? 'polled_event' : null }, at));
    }
  }

  #scheduleAnswer(version: ModelVersion, first: boolean): void {
    if (!this.#options.calm && this.#random() < 0.15) return;
    const start = version.at - 0.05 - this.#random() * 0.3;
    const dated = version.at + 0.01 + this.#serverTime();
    const end = dated + 0.02 + this.#random() * (this.#options.calm ? 0.2 : pick(this.#random, [0.2, 2, 8]));
    let versionAtStart = 0;
    this.#at(start, () => {
      versionAtStart = this.held?.version ?? 0;
    });
    this.#at(end, () => {
      const read = { source: 'answer', asOf: seconds(dated), spanMs: (end - start) * 1000 } as const;
      this.#take({ ...read, ...facts(version, first), versionAtStart, untrusted: null }, end);
    });
  }

  #take(snapshot: SnapshotVersion, now: number): void {
    const { decision } = this.#rule.freshness(this.held, snapshot);
    if (decision === 'fetch') this.#askFetch(now, snapshot.deleted);
    else if (decision === 'apply') this.#apply(snapshot);
    else if (decision === 'same' && this.held !== null) {
      const later = this.#rule.laterAsOf(this.held, snapshot);
      this.held = { ...this.held, ...later, version: this.held.version + 1 };
    }
  }

  #apply(snapshot: SnapshotVersion): void {
    const { asOf, spanMs, rank, watched } = snapshot;
    const objectCreated = snapshot.objectCreated ?? this.held?.objectCreated ?? null;
    const deletedAt = snapshot.deleted ? asOf : null;
    const version = (this.held?.version ?? 0) + 1;
    this.held = { version, asOf, spanMs, rank, watched, deletedAt, objectCreated };
  }

  /** Several doubts share one fetch, if it starts after the last of them. */
  #askFetch(now: number, deletion: boolean): void {
    if (this.#waitingFetch !== null) {
      this.#waitingFetch.deletion ||= deletion;
      return;
    }
    if (this.fetches >= MAX_FETCHES) return;
    this.fetches += 1;
    const doubt = { deletion };
    this.#waitingFetch = doubt;
    const start = now + 0.05 + this.#random() * 0.3;
    this.#at(start, () => {
      this.#waitingFetch = null;
      this.#fetch(start, doubt);
    });
  }

  #fetch(start: number, doubt: { deletion: boolean }): void {
    const versionAtStart = this.held?.version ?? 0;
    const read = start + 0.02 + this.#random() * 0.1;
    const dated = read + this.#serverTime();
    const end = dated + 0.02 + this.#random() * 0.3;
    const version = this.#history.findLast((candidate) => candidate.at <= read);
    this.#at(end, () => {
      if (version === undefined) return;
      const gone = version.deleted;
      // A 404 is an error unless something said that the object was deleted.
      if (gone && !doubt.deletion && this.held?.deletedAt == null) return;
      const answer = { source: 'fetch', asOf: seconds(dated), spanMs: (end - start) * 1000 } as const;
      const seen = facts(version, false);
      // Rank 0 means the first state; a fetch cannot know that what it sees is still the first.
      const about = {
        ...seen,
        rank: Math.max(seen.rank, 1),
        objectCreated: gone ? null : seen.objectCreated,
      };
      this.#take({ ...answer, ...about, versionAtStart, untrusted: null }, end);
    });
  }

  /** Seconds between the read and the `Date` header. */
  #serverTime(): number {
    const slow = !this.#options.calm && this.#random() < 0.3;
    return this.#random() * (slow ? 10 : 0.15);
  }

  /** Seconds until an event arrives. */
  #delay(): number {
    const random = this.#random;
    const adversarial = [0.05 + random() * 0.5, 0.2 + random() * 3, 1 + random() * 8, 10 + random() * 60];
    return pick(random, this.#options.calm ? [0.05 + random() * 0.5, 0.2 + random() * 2] : adversarial);
  }

  #at(at: number, run: () => void): void {
    this.#queue.push({ at, run });
  }
}

function seconds(at: number): Date {
  return new Date(Math.floor(at) * 1000);
}

function facts(version: ModelVersion, first: boolean) {
  return {
    rank: first ? 0 : version.rank,
    watched: version.watched,
    deleted: version.deleted,
    objectCreated: version.created === 0 ? null : new Date(version.created * 1000),
  };
}
