import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { createTurns } from './turns.js';

describe('createTurns', () => {
  /** Work that ends when it is told to. */
  function work(name: string, log: string[]) {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const run = async () => {
      log.push(`${name} begins`);
      await ended;
      log.push(`${name} ends`);
      return name;
    };
    return { run, end };
  }

  const about = (key: string, maxWaitMs = 60_000) => ({ key, maxWaitMs });

  it('runs equal keys in order and other keys at once', async () => {
    const log: string[] = [];
    const inTurn = createTurns();
    const [first, second, other] = [work('first', log), work('second', log), work('other', log)];
    const all = [
      inTurn(about('a'), first.run),
      inTurn(about('a'), second.run),
      inTurn(about('b'), other.run),
    ];
    await tick();
    expect(log).to.deep.equal(['first begins', 'other begins']);
    second.end();
    other.end();
    first.end();
    expect(await Promise.all(all)).to.deep.equal(['first', 'second', 'other']);
    expect(log.indexOf('first ends')).to.be.lessThan(log.indexOf('second begins'));
  });

  it('a failure is its own: the next one runs', async () => {
    const inTurn = createTurns();
    const failing = inTurn(about('a'), () => Promise.reject(new Error('no')));
    const next = inTurn(about('a'), () => Promise.resolve('done'));
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(await next).to.equal('done');
  });

  it('one that has waited long enough goes ahead, and those behind it still wait', async () => {
    const log: string[] = [];
    const inTurn = createTurns();
    const [stuck, impatient, patient] = [work('stuck', log), work('impatient', log), work('patient', log)];
    const first = inTurn(about('a'), stuck.run);
    impatient.end();
    patient.end();
    const second = inTurn(about('a', 5), impatient.run);
    const third = inTurn(about('a'), patient.run);
    await second;
    expect(log).to.deep.equal(['stuck begins', 'impatient begins', 'impatient ends']);
    stuck.end();
    await Promise.all([first, third]);
    expect(log.at(-1)).to.equal('patient ends');
  });
});
