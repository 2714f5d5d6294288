import { expect } from 'chai';
import { settled, TestTimer } from '../../../tests/support/test-timer.js';
import type { Priority } from '../../domain/request-pace.js';
import { createPace } from './pace.js';

/** Twenty a second: a burst of five, then one each 50 ms. */
function start() {
  const timer = new TestTimer();
  const turn = createPace(20, timer);
  const went: string[] = [];
  const ask = (name: string, priority: Priority, maxWaitMs = 60_000) => {
    void turn(priority, maxWaitMs).then((granted) => went.push(granted ? name : `${name} gave up`));
  };
  const askMany = (count: number, priority: Priority) => {
    for (let number = 1; number <= count; number += 1) ask(`${priority} ${number}`, priority);
  };
  return { timer, went, ask, askMany };
}

describe('the queue of requests to Stripe', () => {
  it('lets a burst go at once, and the others one by one, in the order in which they came', async () => {
    const { timer, went, askMany } = start();
    askMany(7, 'write');
    await settled();
    expect(went).to.have.length(5);
    await timer.advance(49);
    expect(went).to.have.length(5);
    await timer.advance(1);
    expect(went).to.deep.equal([1, 2, 3, 4, 5, 6].map((number) => `write ${number}`));
    await timer.advance(50);
    expect(went.at(-1)).to.equal('write 7');
    expect(timer.pending).to.equal(0);
  });

  it('lets a write that comes last go before a hundred reads that wait', async () => {
    const { timer, went, ask, askMany } = start();
    askMany(100, 'read');
    await timer.advance(40);
    ask('late write', 'write');
    await timer.advance(10);
    expect(went).to.deep.equal(['read 1', 'read 2', 'read 3', 'read 4', 'read 5', 'late write']);
  });

  it('lets one read go for seven writes while both wait', async () => {
    const { timer, went, askMany } = start();
    askMany(40, 'write');
    askMany(40, 'read');
    await timer.advance(27 * 50);
    const reads = went.filter((name) => name.startsWith('read'));
    expect(went).to.have.length(32);
    // The burst went before there were reads.
    expect(reads).to.deep.equal(['read 1', 'read 2', 'read 3', 'read 4']);
  });

  it('lets nobody wait longer than it can, and keeps no token for it', async () => {
    const { timer, went, ask, askMany } = start();
    askMany(5, 'write');
    ask('hasty read', 'read', 30);
    ask('patient read', 'read');
    await timer.advance(30);
    expect(went.at(-1)).to.equal('hasty read gave up');
    await timer.advance(20);
    expect(went.at(-1)).to.equal('patient read');
    expect(timer.pending).to.equal(0);
  });
});
