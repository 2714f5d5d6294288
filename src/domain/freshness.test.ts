import { expect } from 'chai';
import { at, held, read, told } from '../../tests/support/freshness-versions.js';
import {
  type Freshness,
  freshness,
  type HeldVersion,
  laterAsOf,
  type SnapshotVersion,
  type Untrusted,
} from './freshness.js';

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
