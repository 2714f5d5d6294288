import { expect } from 'chai';
import { settled, TestTimer } from '../../../tests/support/test-timer.js';
import type { StripeAnswer } from '../../domain/stripe-answer.js';
import { createBreaker } from './breaker.js';

const timing = { startedAt: new Date(0), spanMs: 1 };
const nothing: StripeAnswer = { ...timing, type: 'none', reason: 'time is over' };

function failure(status: number, replayed = false): StripeAnswer {
  const about = { date: new Date(0), retryAfter: null, shouldRetry: null };
  return { ...timing, type: 'error', status, error: { type: 'api_error' }, replayed, ...about };
}

const done: StripeAnswer = {
  ...timing,
  type: 'object',
  object: { id: 'acct_1', object: 'account' },
  date: new Date(0),
  replayed: false,
};

/** Three failures open it for a second. Probes are answered by the test. */
function start() {
  const timer = new TestTimer();
  const probes: ((answer: StripeAnswer) => void)[] = [];
  const logs: string[] = [];
  const log = (_: object, message: string) => void logs.push(message);
  const probe = () => new Promise<StripeAnswer>((resolve) => probes.push(resolve));
  const dependencies = { probe, timer, logger: { info: log, warn: log } };
  const breaker = createBreaker({ failures: 3, openMs: 1000 }, dependencies);
  const fail = async (...answers: StripeAnswer[]) => {
    for (const answer of answers) await breaker.watch(() => Promise.resolve(answer));
  };
  const answerProbe = async (answer: StripeAnswer) => {
    probes.at(-1)?.(answer);
    await settled();
  };
  return { timer, probes, logs, breaker, fail, answerProbe };
}

describe('the breaker of calls to Stripe', () => {
  for (const answer of [nothing, failure(500), failure(502), failure(503)]) {
    const name = answer.type === 'error' ? `a ${answer.status}` : 'no answer';
    it(`C4 opens after three times ${name} in a row, and not before`, async () => {
      const { breaker, fail } = start();
      await fail(answer, answer, done, answer, answer);
      expect(breaker.pauseMs()).to.equal(0);
      await fail(answer);
      expect(breaker.pauseMs()).to.equal(1000);
    });
  }

  for (const status of [400, 401, 402, 403, 404, 409, 424, 429]) {
    it(`C4 never opens on ${status}`, async () => {
      const { breaker, fail } = start();
      await fail(...Array.from({ length: 50 }, () => failure(status)));
      expect(breaker.pauseMs()).to.equal(0);
    });
  }

  it('does not take a stored 500 for an outage: who replays it is there', async () => {
    const { breaker, fail } = start();
    await fail(...Array.from({ length: 50 }, () => failure(500, true)));
    expect(breaker.pauseMs()).to.equal(0);
  });

  it('sends one probe when its time has come, and is open until that is answered', async () => {
    const { breaker, fail, timer, probes, answerProbe, logs } = start();
    await fail(nothing, nothing, nothing);
    await timer.advance(999);
    expect([breaker.pauseMs(), probes.length]).to.deep.equal([1, 0]);
    await timer.advance(5001);
    expect([breaker.pauseMs(), probes.length]).to.deep.equal([1, 1]);
    await answerProbe(failure(401));
    expect(breaker.pauseMs()).to.equal(0);
    expect(timer.pending).to.equal(0);
    expect(logs).to.deep.equal([
      'Stripe does not answer: calls of it are paused',
      'Stripe answers again: calls of it go on',
    ]);
  });

  it('stays open for another while when the probe fails, and is quick to open again after it closed', async () => {
    const { breaker, fail, timer, probes, answerProbe } = start();
    await fail(nothing, nothing, nothing);
    await timer.advance(1000);
    await answerProbe(failure(503));
    expect(breaker.pauseMs()).to.equal(1000);
    await timer.advance(1000);
    expect(probes).to.have.length(2);
    await answerProbe(done);
    expect(breaker.pauseMs()).to.equal(0);
    await fail(nothing, nothing, nothing);
    expect(breaker.pauseMs()).to.equal(1000);
  });

  it('is not confused by calls that end after it opened', async () => {
    const { breaker, fail, timer, answerProbe } = start();
    const late: ((answer: StripeAnswer) => void)[] = [];
    const calls = [1, 2, 3].map(() => breaker.watch(() => new Promise((resolve) => late.push(resolve))));
    await fail(nothing, nothing, nothing);
    await timer.advance(600);
    late[0]?.(done);
    late[1]?.(nothing);
    await settled();
    expect(breaker.pauseMs()).to.equal(400);
    await timer.advance(400);
    // The probe is under way.
    late[2]?.(nothing);
    await settled();
    await answerProbe(done);
    await timer.advance(1000);
    await answerProbe(done);
    expect(breaker.pauseMs()).to.equal(0);
    expect(await Promise.all(calls)).to.deep.equal([done, nothing, nothing]);
  });

  it('probes no more once it is stopped', async () => {
    const { breaker, fail, timer, probes } = start();
    await fail(nothing, nothing, nothing);
    breaker.stop();
    await timer.advance(5000);
    expect(probes).to.deep.equal([]);
    expect(timer.pending).to.equal(0);
  });
});
