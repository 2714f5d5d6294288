import { expect } from 'chai';
import { at, held, read, told } from '../../tests/support/freshness-versions.js';
import { freshness, type HeldVersion, laterAsOf, type SnapshotVersion } from './freshness.js';

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
