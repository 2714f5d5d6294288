import { expect } from 'chai';
import fc from 'fast-check';
import { DueQueue } from './due-queue.js';

describe('sandbox: queue of what is due', () => {
  it('property: gives what is due by time, then by arrival, and keeps the rest', () => {
    const times = fc.array(fc.nat({ max: 20 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, fc.nat({ max: 20 }), (dues, now) => {
        const queue = new DueQueue<{ due: number; arrival: number }>();
        const items = dues.map((due, arrival) => ({ due, arrival }));
        for (const item of items) queue.add(item);
        const sorted = items.toSorted((a, b) => a.due - b.due || a.arrival - b.arrival);
        expect(queue.takeDue(now)).to.deep.equal(sorted.filter(({ due }) => due <= now));
        expect(queue.next).to.equal(sorted.find(({ due }) => due > now));
        expect(queue.takeDue(20)).to.deep.equal(sorted.filter(({ due }) => due > now));
        expect(queue.next).to.equal(undefined);
      }),
    );
  });
});
