import { expect } from 'chai';
import fc from 'fast-check';
import {
  afterPage,
  EVENTS_LISTED_MS,
  type EventWindow,
  gapAfter,
  newRun,
  nextPollMs,
  nextWindow,
} from './event-poll.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const pace = { overlapMs: HOUR, graceMs: MINUTE };
const NOW = new Date('2025-03-01T12:00:00.000Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);

describe('which events are compared', () => {
  const windowAt = (checkedTo: Date | null, since = ago(90 * DAY)) =>
    nextWindow({ checkedTo, since, now: NOW }, pace);

  it('begins an hour before the end of the last comparison, and ends a minute ago', () => {
    expect(windowAt(ago(5 * MINUTE))).to.deep.equal({ from: ago(65 * MINUTE), to: ago(MINUTE) });
  });

  it('after a downtime goes back to where the last one ended, and to what Stripe lists at most', () => {
    expect(windowAt(ago(3 * DAY))?.from).to.deep.equal(ago(3 * DAY + HOUR));
    expect(windowAt(ago(40 * DAY))?.from).to.deep.equal(ago(EVENTS_LISTED_MS));
  });

  it('at first goes back to where our time begins, and never before it', () => {
    expect(windowAt(null, ago(2 * DAY))?.from).to.deep.equal(ago(2 * DAY));
    expect(windowAt(ago(5 * MINUTE), ago(30 * MINUTE))?.from).to.deep.equal(ago(30 * MINUTE));
    expect(windowAt(null, NOW), 'everything is still on its way').to.equal(null);
  });

  it('compares everything that is listed, however long the pauses and wherever the clock jumps', () => {
    const jumps = fc.array(fc.integer({ min: -2 * HOUR, max: 20 * DAY }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(jumps, (pauses) => {
        let now = NOW.getTime();
        const since = NOW;
        let last: EventWindow | null = null;
        for (const pause of pauses) {
          now += pause;
          const next = nextWindow({ checkedTo: last?.to ?? null, since, now: new Date(now) }, pace);
          if (next === null) continue;
          const uncovered = last ? Math.min(last.to.getTime(), next.to.getTime()) : since.getTime();
          const listed = now - EVENTS_LISTED_MS;
          expect(next.from.getTime()).to.be.at.most(Math.max(uncovered, listed));
          expect(next.from.getTime()).to.be.at.least(Math.max(since.getTime(), listed));
          last = next;
        }
      }),
    );
  });
});

describe('a gap', () => {
  const event = (id: string, minutesAgo: number, found: 'delivered' | 'polled' | 'missing') => ({
    ...{ id, found, created: ago(minutesAgo * MINUTE) },
  });
  const run = newRun({ from: ago(HOUR), to: ago(MINUTE) });

  it('is counted over pages, with its oldest event', () => {
    const first = afterPage(run, [event('e3', 1, 'missing'), event('e2', 2, 'delivered')], 'e2');
    const second = afterPage(first, [event('e1', 3, 'missing')], 'e0');
    expect(second).to.include({ after: 'e0', seen: 3, missing: 2 });
    expect(gapAfter(null, second)).to.deep.equal({
      ...{ firstEventId: 'e1', since: ago(3 * MINUTE), until: ago(MINUTE), missing: 2 },
    });
  });

  it('grows with each comparison that misses more, and keeps its first event', () => {
    const gap = gapAfter(null, afterPage(run, [event('e1', 30, 'missing')], 'e1'));
    const more = gapAfter(gap, afterPage(run, [event('e2', 3, 'missing')], 'e2'));
    expect(more).to.include({ firstEventId: 'e1', missing: 2 });
    expect(more?.until).to.deep.equal(ago(3 * MINUTE));
  });

  it('ends when a webhook brings a later event, and not because nothing happens', () => {
    const gap = gapAfter(null, afterPage(run, [event('e1', 30, 'missing')], 'e1'));
    const quiet = afterPage(run, [event('e1', 30, 'polled'), event('e0', 40, 'delivered')], 'e0');
    expect(gapAfter(gap, quiet)).to.deep.equal(gap);
    expect(gapAfter(gap, afterPage(run, [event('e2', 20, 'delivered')], 'e2'))).to.equal(null);
  });
});

describe('the next comparison', () => {
  it('is as far away as the setting says, and for a quiet connected account up to twelve times as far', () => {
    const at = (quietRuns: number, connected = true) =>
      nextPollMs(5 * MINUTE, { quietRuns, connected }) / MINUTE;
    expect([at(0), at(1), at(3), at(4), at(10_000)]).to.deep.equal([5, 10, 40, 60, 60]);
    expect(at(10_000, false)).to.equal(5);
  });
});
