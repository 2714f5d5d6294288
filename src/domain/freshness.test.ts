import { expect } from 'chai';
import {
  type Freshness,
  freshness,
  type HeldVersion,
  laterAsOf,
  type SnapshotVersion,
  type Untrusted,
} from './freshness.js';

/** Seconds of a virtual clock. */
function at(seconds: number): Date {
  return new Date(seconds * 1000);
}

function held(fields: Partial<HeldVersion> = {}): HeldVersion {
  return {
    version: 7,
    asOf: at(100),
    spanMs: 0,
    rank: 1,
    watched: 'processing',
    deletedAt: null,
    objectCreated: at(10),
    ...fields,
  };
}

function told(fields: Partial<SnapshotVersion> = {}): SnapshotVersion {
  return {
    source: 'event',
    asOf: at(100),
    spanMs: 0,
    rank: 1,
    watched: 'requires_action',
    versionAtStart: null,
    untrusted: null,
    deleted: false,
    objectCreated: at(10),
    ...fields,
  };
}

/** A fetch that began when the row had version 7, so that it is guarded unless a test says otherwise. */
function read(fields: Partial<SnapshotVersion> = {}): SnapshotVersion {
  return told({ source: 'fetch', spanMs: 200, versionAtStart: 7, ...fields });
}

const lostGuard = { versionAtStart: 6 };

interface Row {
  name: string;
  held: HeldVersion | null;
  snapshot: SnapshotVersion;
  expected: [Freshness['decision'], Freshness['reason']];
}

const untrusted: Untrusted[] = [
  'replayed_answer',
  'polled_event',
  'replayed_event',
  'unreadable_version',
  'unknown_object',
];

const table: Row[] = [
  ...untrusted.flatMap((reason): Row[] => [
    {
      name: `step 1: ${reason} is fetched, though nothing is held`,
      held: null,
      snapshot: told({ untrusted: reason }),
      expected: ['fetch', reason],
    },
    {
      name: `step 1: ${reason} is fetched, though it looks equal and deleted`,
      held: held({ deletedAt: at(90) }),
      snapshot: read({ untrusted: reason, watched: 'processing' }),
      expected: ['fetch', reason],
    },
  ]),
  { name: 'nothing held: an event', held: null, snapshot: told(), expected: ['apply', 'first_seen'] },
  {
    name: 'nothing held: a read',
    held: null,
    snapshot: read({ versionAtStart: 0 }),
    expected: ['apply', 'first_seen'],
  },
  {
    name: 'nothing held: a deletion, so that a late snapshot finds it',
    held: null,
    snapshot: told({ deleted: true }),
    expected: ['apply', 'first_seen'],
  },
  {
    name: 'step 2: equal fields, whatever clock and rank say',
    held: held({ asOf: at(900), rank: 3 }),
    snapshot: told({ watched: 'processing' }),
    expected: ['same', 'equal'],
  },
  {
    name: 'step 3: a read of the held version, whatever clock and rank say',
    held: held({ asOf: at(900), rank: 3 }),
    snapshot: read(),
    expected: ['apply', 'read_of_held_version'],
  },
  {
    name: 'step 3: an answer and a list count as reads',
    held: held({ asOf: at(900), rank: 3 }),
    snapshot: read({ source: 'list' }),
    expected: ['apply', 'read_of_held_version'],
  },
  {
    name: 'step 4: the higher rank, though its clock is earlier',
    held: held({ asOf: at(900) }),
    snapshot: told({ rank: 3 }),
    expected: ['apply', 'higher_rank'],
  },
  {
    name: 'step 4: the lower rank, though its clock is later',
    held: held({ rank: 3 }),
    snapshot: told({ asOf: at(900) }),
    expected: ['stale', 'lower_rank'],
  },
  {
    name: 'step 4: a read that lost its guard goes by rank',
    held: held({ rank: 3 }),
    snapshot: read({ ...lostGuard, asOf: at(900) }),
    expected: ['stale', 'lower_rank'],
  },
  {
    name: 'step 5: more than 5 s later',
    held: held(),
    snapshot: told({ asOf: at(106) }),
    expected: ['apply', 'later'],
  },
  {
    name: 'step 5: more than 5 s earlier',
    held: held(),
    snapshot: told({ asOf: at(94) }),
    expected: ['stale', 'earlier'],
  },
  {
    name: 'step 6: 5 s later proves nothing',
    held: held(),
    snapshot: told({ asOf: at(105) }),
    expected: ['fetch', 'too_close'],
  },
  {
    name: 'step 6: 5 s earlier proves nothing',
    held: held(),
    snapshot: told({ asOf: at(95) }),
    expected: ['fetch', 'too_close'],
  },
  {
    name: 'step 5: the window grows by the duration of the held call',
    held: held({ spanMs: 3000 }),
    snapshot: told({ asOf: at(107) }),
    expected: ['fetch', 'too_close'],
  },
  {
    name: 'step 5: the window grows by the duration of the call of the snapshot',
    held: held(),
    snapshot: read({ ...lostGuard, spanMs: 3000, asOf: at(92) }),
    expected: ['fetch', 'too_close'],
  },
  {
    name: 'a deletion that is plainly later',
    held: held({ rank: 3 }),
    snapshot: told({ deleted: true, rank: 1, asOf: at(200) }),
    expected: ['apply', 'later'],
  },
  {
    name: 'a deletion close in time: the id may already be a new object',
    held: held(),
    snapshot: told({ deleted: true, rank: 9, asOf: at(101) }),
    expected: ['fetch', 'too_close'],
  },
  {
    name: 'a deletion that was read',
    held: held(),
    snapshot: read({ deleted: true, objectCreated: null }),
    expected: ['apply', 'read_of_held_version'],
  },
  {
    name: 'deleted twice',
    held: held({ deletedAt: at(100) }),
    snapshot: told({ deleted: true, asOf: at(200) }),
    expected: ['same', 'equal'],
  },
  {
    name: 'a late snapshot never revives, though its rank and clock are higher',
    held: held({ deletedAt: at(100) }),
    snapshot: told({ rank: 9, asOf: at(200) }),
    expected: ['stale', 'deleted'],
  },
  {
    name: 'a late snapshot never revives, though its fields are equal',
    held: held({ deletedAt: at(100) }),
    snapshot: told({ watched: 'processing' }),
    expected: ['stale', 'deleted'],
  },
  {
    name: 'a late read never revives',
    held: held({ deletedAt: at(100) }),
    snapshot: read(lostGuard),
    expected: ['stale', 'deleted'],
  },
  {
    name: 'without a created nothing revives by being told',
    held: held({ deletedAt: at(100), objectCreated: null }),
    snapshot: told({ objectCreated: null, asOf: at(900) }),
    expected: ['stale', 'deleted'],
  },
  {
    name: 'created later than the deletion is a new object',
    held: held({ deletedAt: at(100), objectCreated: null }),
    snapshot: told({ objectCreated: at(101), rank: 0, asOf: at(101) }),
    expected: ['apply', 'recreated'],
  },
  {
    name: 'created in the second of the deletion: only a fetch can tell',
    held: held({ deletedAt: at(100), objectCreated: null }),
    snapshot: told({ objectCreated: at(100), rank: 0 }),
    expected: ['fetch', 'near_deletion'],
  },
  {
    name: 'a snapshot of the earlier object with this id',
    held: held({ objectCreated: at(50), rank: 0 }),
    snapshot: told({ objectCreated: at(10), rank: 3, asOf: at(900) }),
    expected: ['stale', 'older_object'],
  },
];

describe('freshness, step by step', () => {
  for (const row of table) {
    it(`${row.name} -> ${row.expected.join(', ')}`, () => {
      const [decision, reason] = row.expected;
      expect(freshness(row.held, row.snapshot)).to.deep.equal({ decision, reason });
    });
  }
});

/** Takes snapshots one after the other, as the mirror does; returns the decisions and the last row. */
function takeAll(start: HeldVersion, snapshots: readonly SnapshotVersion[]) {
  let row = start;
  const decisions = snapshots.map((snapshot) => {
    const { decision } = freshness(row, snapshot);
    const version = row.version + 1;
    if (decision === 'same') row = { ...row, ...laterAsOf(row, snapshot), version };
    if (decision === 'apply') {
      const { asOf, spanMs, rank, watched, objectCreated } = snapshot;
      row = {
        version,
        asOf,
        spanMs,
        rank,
        watched,
        objectCreated,
        deletedAt: snapshot.deleted ? asOf : null,
      };
    }
    return decision;
  });
  return { decisions, row };
}

describe('freshness, the counter-examples to the obvious rules', () => {
  it('1. a fetch is not always applied: a late answer does not take a payment back', () => {
    const start = held({ watched: 'requires_action' });
    const succeeded = told({ watched: 'succeeded', rank: 3, asOf: at(101) });
    const lateGet = read({ watched: 'requires_action', versionAtStart: 7, asOf: at(103) });
    const { decisions, row } = takeAll(start, [succeeded, lateGet, succeeded]);
    expect(decisions).to.deep.equal(['apply', 'stale', 'same']);
    expect(row.watched).to.equal('succeeded');
  });

  it('2. previous_attributes do not tell the successor: cancel and resume within 5 s', () => {
    const start = held({ watched: 'cancel at end: no' });
    const resumed = told({ watched: 'cancel at end: no', asOf: at(103) });
    const canceled = told({ watched: 'cancel at end: yes', asOf: at(101) });
    expect(takeAll(start, [resumed, canceled]).decisions).to.deep.equal(['same', 'fetch']);
  });

  it('3. `same` raises asOf: an older state that arrives 22 s later is not applied', () => {
    const start = held({ watched: 'requires_payment_method', asOf: at(9) });
    const second = told({ watched: 'requires_payment_method', asOf: at(25) });
    const first = told({ watched: 'processing', asOf: at(25) });
    const { decisions, row } = takeAll(start, [second, first]);
    expect(decisions).to.deep.equal(['same', 'fetch']);
    expect(row.watched).to.equal('requires_payment_method');
  });

  it('4. an answer keeps its Date: a late payment_intent.created is not newer', () => {
    const confirmed = held({ watched: 'processing', asOf: at(10), spanMs: 300 });
    const created = told({ watched: 'requires_payment_method', rank: 0, asOf: at(10) });
    expect(freshness(confirmed, created).decision).to.equal('stale');
  });

  it('5. the state table does not order: processing, then requires_payment_method, then requires_action', () => {
    const start = held({ watched: 'processing', asOf: at(100) });
    const newest = told({ watched: 'requires_action', asOf: at(108) });
    expect(freshness(start, newest).decision).to.equal('apply');
    expect(freshness(start, { ...newest, asOf: at(102) }).decision).to.equal('fetch');
  });

  it('6. a read is older than its Date: a newer event is not stale for ever', () => {
    const slowRead = held({ watched: 'cancel at end: no', asOf: at(112), spanMs: 9000 });
    const newerEvent = told({ watched: 'cancel at end: yes', asOf: at(104) });
    expect(freshness(slowRead, newerEvent).decision).to.equal('fetch');
  });

  const coupon = held({ watched: 'ten percent', objectCreated: at(10), asOf: at(10) });
  const deletion = told({ deleted: true, watched: 'ten percent', objectCreated: at(10), asOf: at(200) });
  const again = told({ watched: 'ten percent', rank: 0, objectCreated: at(202), asOf: at(202) });

  it('13. a coupon that was deleted and created again with the same id lives', () => {
    const { decisions, row } = takeAll(coupon, [deletion, again]);
    expect(decisions).to.deep.equal(['apply', 'apply']);
    expect(row.deletedAt).to.equal(null);
  });

  it('13. it lives also when the deletion arrives last', () => {
    const lateUpdate = told({ watched: 'ten, renamed', objectCreated: at(10), asOf: at(150) });
    const { decisions, row } = takeAll(coupon, [again, deletion, lateUpdate]);
    expect(decisions).to.deep.equal(['apply', 'stale', 'stale']);
    expect(row).to.include({ deletedAt: null, watched: 'ten percent' });
  });
});

describe('laterAsOf', () => {
  it('raises asOf together with its span', () => {
    const later = laterAsOf(held({ spanMs: 40 }), read({ asOf: at(101), spanMs: 900 }));
    expect(later).to.deep.equal({ asOf: at(101), spanMs: 900, rank: 1 });
  });

  it('never lowers asOf, and keeps the span that belongs to it', () => {
    const later = laterAsOf(held({ spanMs: 40 }), read({ asOf: at(99), spanMs: 900 }));
    expect(later).to.deep.equal({ asOf: at(100), spanMs: 40, rank: 1 });
  });

  it('keeps the higher rank, whichever came first', () => {
    expect(laterAsOf(held({ rank: 0 }), told({ rank: 2 })).rank).to.equal(2);
    expect(laterAsOf(held({ rank: 2 }), told({ rank: 0 })).rank).to.equal(2);
  });

  it('keeps the time of a deletion', () => {
    const deleted = held({ deletedAt: at(100), spanMs: 40 });
    expect(laterAsOf(deleted, told({ deleted: true, asOf: at(500) })).asOf).to.deep.equal(at(100));
  });
});
