import { expect } from 'chai';
import { exampleOperation } from '../../tests/support/rows.js';
import type { SnapshotDecisionRow } from './rows/snapshot-note.js';
import { type StoredEvent, timelineOf } from './timeline.js';
import { decisionInWords } from './timeline-words.js';

const AT = new Date('2025-01-15T12:00:00.000Z');

const event = (changes: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{ _id: 'evt_1', stripeAccountId: 'acct_1', livemode: false, type: 'charge.succeeded', objectId: 'ch_1' },
  ...{
    laneKey: 'pi_1',
    lane: 1,
    apiVersion: null,
    created: AT,
    requestKey: null,
    origin: 'webhook',
    bytes: 1,
  },
  ...{ status: 'applied', decision: 'apply', reason: 'first_seen', attempts: 0, error: null },
  ...{ receivedAt: AT, appliedAt: AT, bodyUntil: AT },
  ...changes,
});

const decision = (changes: Partial<SnapshotDecisionRow> = {}): SnapshotDecisionRow => ({
  ...{ _id: 'dec_1', laneKey: 'pi_1', object: 'charge', stripeId: 'ch_1', status: 'succeeded', asOf: AT },
  ...{ source: 'fetch', eventId: null, decision: 'same', reason: 'equal', changes: [], at: AT, expireAt: AT },
  ...changes,
});

describe('timelineOf', () => {
  const of = (rows: Partial<Parameters<typeof timelineOf>[0]>) =>
    timelineOf({ events: [], operations: [], audits: [], decisions: [], ...rows });

  it('tells an event once, by its row, with the fields that its note names; by its note when the row is gone', () => {
    const changes = [{ id: 'pay_1', field: 'amountAuthorized', from: 0, to: 2500 }];
    const note = decision({
      source: 'event',
      eventId: 'evt_1',
      decision: 'apply',
      reason: 'first_seen',
      changes,
    });
    const told = of({ events: [event()], decisions: [note] });
    expect(told.map(({ id }) => id)).to.deep.equal(['evt_1']);
    expect(told[0]?.changes).to.deep.equal(changes);
    const [later] = of({ decisions: [note] });
    expect(later?.text).to.equal(
      'Event evt_1: charge ch_1 is succeeded. Applied: it was the first that was seen of the object.',
    );
  });

  it('tells why an event was fetched for, and what the fetch decided', () => {
    const [entry] = of({
      events: [event({ decision: 'fetched_apply', reason: 'later', doubt: 'too_close' })],
    });
    expect(entry?.text).to.match(
      /Stripe was asked, and its answer applied: it is later than what was known\./,
    );
    expect(entry?.text).to.match(
      /asked because it is too close in time .* for a clock to tell which is newer\.$/,
    );
  });

  it('tells of events that wait, are not used, failed or died', () => {
    const fate = (changes: Partial<StoredEvent>) =>
      of({ events: [event({ decision: null, ...changes })] })[0]?.text;
    expect(fate({ status: 'pending', reason: null })).to.match(/Waits to be applied\.$/);
    expect(fate({ status: 'ignored', reason: 'other_mode' })).to.match(/Not used: it is of the other mode/);
    const error = { fingerprint: 'f', message: 'It broke' };
    expect(fate({ status: 'pending', attempts: 3, error })).to.match(
      /Failed 3 times and is tried again\. It broke$/,
    );
    expect(fate({ status: 'dead', attempts: 14, error })).to.match(
      /Dead letter after 14 attempts\. It broke$/,
    );
  });

  it('puts what is asked before what is seen, at the same time', () => {
    const operation = exampleOperation({ createdAt: AT, settledAt: null, open: true, status: 'unknown' });
    const kinds = of({ events: [event()], operations: [operation] }).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['operation', 'snapshot']);
    expect(of({ operations: [operation] })[0]?.text).to.match(/ It is unknown\.$/);
  });

  it('shows a reason that has no words yet as it is', () => {
    expect(decisionInWords('apply', 'brand_new')).to.equal('Applied: brand new.');
  });
});
