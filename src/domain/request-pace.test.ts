import { expect } from 'chai';
import fc from 'fast-check';
import {
  fullBucket,
  msToToken,
  nextToGo,
  type Pace,
  type Priority,
  paceOf,
  READ_EVERY,
  refilled,
  taken,
} from './request-pace.js';

type Waiting = Record<Priority, number>;

interface Went {
  atMs: number;
  priority: Priority;
  /** Who waited at that moment, this one among them. */
  waiting: Waiting;
}

interface Arrival extends Waiting {
  /** Milliseconds after the arrival before. */
  afterMs: number;
}

/** Lets requests arrive, and go as the bucket says, until nobody waits. */
function run(pace: Pace, arrivals: readonly Arrival[]): Went[] {
  const waiting: Waiting = { write: 0, read: 0 };
  const went: Went[] = [];
  let bucket = fullBucket(pace, 0);
  const letGo = (atMs: number) => {
    bucket = refilled(bucket, pace, atMs);
    for (let next = nextToGo(bucket, waiting); next; next = nextToGo(bucket, waiting)) {
      went.push({ atMs, priority: next, waiting: { ...waiting } });
      waiting[next] -= 1;
      bucket = taken(bucket, next);
    }
  };
  const goOnUntil = (endMs: number) => {
    for (;;) {
      const atMs = bucket.atMs + msToToken(bucket, pace);
      if (waiting.write + waiting.read === 0 || atMs > endMs) return;
      letGo(atMs);
    }
  };
  let now = 0;
  for (const { afterMs, write, read } of arrivals) {
    now += afterMs;
    goOnUntil(now);
    waiting.write += write;
    waiting.read += read;
    letGo(now);
  }
  goOnUntil(Number.POSITIVE_INFINITY);
  return went;
}

/** The sum of many fractions is not exact. */
const mostIn = ({ burst, perSecond }: Pace, ms: number) => burst + (ms * perSecond) / 1000 + 1e-6;

const paces = fc.integer({ min: 1, max: 200 }).map(paceOf);
const histories = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 1500 }),
    write: fc.integer({ min: 0, max: 20 }),
    read: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('the pace of requests to Stripe', () => {
  it('stays within 100 a second at 80, and within 25 at 20', () => {
    for (const [perSecond, most] of [
      [80, 100],
      [20, 25],
    ] as const) {
      const went = run(paceOf(perSecond), [{ afterMs: 5000, write: 500, read: 0 }]);
      const first = went.filter(({ atMs }) => atMs < 6000);
      expect(first.length).to.be.at.most(most);
      expect(first.length).to.be.greaterThan(most - 3);
    }
  });

  it('lets no span of time see more than the burst and what came free in it', () => {
    fc.assert(
      fc.property(paces, histories, (pace, arrivals) => {
        const times = run(pace, arrivals).map(({ atMs }) => atMs);
        const tooMany = times.some((from, index) =>
          times.slice(index).some((to, more) => more + 1 > mostIn(pace, to - from)),
        );
        expect(tooMany).to.equal(false);
      }),
    );
  });

  it('lets everybody go in the end, and nobody twice', () => {
    fc.assert(
      fc.property(paces, histories, (pace, arrivals) => {
        const went = run(pace, arrivals);
        for (const priority of ['write', 'read'] as const) {
          const came = arrivals.reduce((sum, arrival) => sum + arrival[priority], 0);
          expect(went.filter((one) => one.priority === priority)).to.have.length(came);
        }
      }),
    );
  });

  it('lets a read go before a waiting write only after seven writes, so that reads never starve writes', () => {
    fc.assert(
      fc.property(paces, histories, (pace, arrivals) => {
        let writes = 0;
        for (const { priority, waiting } of run(pace, arrivals)) {
          if (priority === 'read' && waiting.write > 0) expect(writes).to.be.at.least(READ_EVERY - 1);
          writes = priority === 'read' ? 0 : writes + 1;
        }
      }),
    );
  });

  it('lets a waiting read go after seven writes at most, so that writes never starve reads', () => {
    fc.assert(
      fc.property(paces, histories, (pace, arrivals) => {
        let passed = 0;
        for (const { priority, waiting } of run(pace, arrivals)) {
          passed = priority === 'write' && waiting.read > 0 ? passed + 1 : 0;
          expect(passed).to.be.lessThan(READ_EVERY);
        }
      }),
    );
  });

  it('takes no token that is not there, and says when there is one', () => {
    const pace = paceOf(20);
    const empty = { tokens: 0, atMs: 1000, writesSinceRead: 0 };
    expect(nextToGo(empty, { write: 1, read: 1 })).to.equal(null);
    expect(msToToken(empty, pace)).to.equal(50);
    expect(nextToGo(refilled(empty, pace, 1049), { write: 1, read: 0 })).to.equal(null);
    expect(nextToGo(refilled(empty, pace, 1050), { write: 1, read: 0 })).to.equal('write');
    expect(msToToken(fullBucket(pace, 0), pace)).to.equal(0);
  });

  it('is full again after a rest, never more than full, and never emptied by a clock that goes back', () => {
    const pace = paceOf(8);
    const used = taken(taken(fullBucket(pace, 0), 'write'), 'read');
    expect(refilled(used, pace, 3_600_000).tokens).to.equal(pace.burst);
    expect(refilled(used, pace, -5)).to.deep.equal(used);
  });
});
