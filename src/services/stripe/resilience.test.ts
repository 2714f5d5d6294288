import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { StripeAnswer } from '../../domain/stripe-answer.js';
import { sendPatiently } from './resilience.js';

const timing = { startedAt: new Date(0), spanMs: 1 };
type ErrorAnswer = Extract<StripeAnswer, { type: 'error' }>;

const done: StripeAnswer = {
  ...timing,
  type: 'object',
  object: { id: 'pi_1', object: 'payment_intent' },
  date: new Date(0),
  replayed: false,
};
const nothing: StripeAnswer = { ...timing, type: 'none', reason: 'time is over' };

function failure(status: number, changes: Partial<ErrorAnswer> = {}): ErrorAnswer {
  const about = { date: new Date(0), replayed: false, retryAfter: null, shouldRetry: null };
  return { ...timing, type: 'error', status, error: { type: 'api_error' }, ...about, ...changes };
}

/** Gives the answers in turn, the last one for ever, and keeps the times that it was given. */
function stripeThat(answers: StripeAnswer[]) {
  const timeouts: number[] = [];
  const send = async ({ timeoutMs }: { timeoutMs: number }): Promise<StripeAnswer> => {
    const answer = answers[Math.min(timeouts.length, answers.length - 1)];
    timeouts.push(timeoutMs);
    return answer ?? nothing;
  };
  return { send, timeouts };
}

/** No waits but those that Stripe asks for. */
const patient = { budgetMs: 2000, timeoutMs: 800, random: () => 0 };

describe('sendPatiently', () => {
  for (const answer of [done, failure(400), failure(401), failure(402), failure(404)]) {
    const name = answer.type === 'error' ? answer.status : answer.type;
    it(`sends once when the answer is ${name}`, async () => {
      const { send, timeouts } = stripeThat([answer]);
      expect(await sendPatiently(send, patient)).to.deep.equal({ answer, unanswered: false });
      expect(timeouts).to.deep.equal([800]);
    });
  }

  it('sends again until there is an answer that settles', async () => {
    const { send, timeouts } = stripeThat([nothing, failure(409), failure(429), failure(503), done]);
    expect(await sendPatiently(send, patient)).to.deep.equal({ answer: done, unanswered: true });
    expect(timeouts).to.have.length(5);
  });

  it('remembers a send that was never answered, and only such a one', async () => {
    for (const [first, unanswered] of [
      [nothing, true],
      [failure(500), true],
      [failure(503), true],
      [failure(409), false],
      [failure(424), false],
      [failure(429), false],
    ] as const) {
      const { send } = stripeThat([first, failure(400)]);
      expect(await sendPatiently(send, patient)).to.include({ unanswered });
    }
  });

  it('remembers it of the last send too, although that one is not repeated', async () => {
    for (const last of [failure(503, { shouldRetry: false }), failure(500, { replayed: true })]) {
      const { send, timeouts } = stripeThat([last]);
      expect(await sendPatiently(send, patient)).to.include({ unanswered: true });
      expect(timeouts).to.have.length(1);
    }
  });

  it('does not go on with what did not leave, and does not take it for unanswered', async () => {
    const unsent: StripeAnswer = { ...timing, type: 'none', reason: 'away', unsent: { retryAfterMs: 5000 } };
    const { send, timeouts } = stripeThat([failure(409), unsent]);
    expect(await sendPatiently(send, patient)).to.deep.equal({ answer: unsent, unanswered: false });
    expect(timeouts).to.have.length(2);
    const after = stripeThat([nothing, unsent]);
    expect(await sendPatiently(after.send, patient)).to.include({ unanswered: true });
  });

  it('gives no request more time than is left', async () => {
    const timeouts: number[] = [];
    const slow = async ({ timeoutMs }: { timeoutMs: number }) => {
      timeouts.push(timeoutMs);
      await delay(timeoutMs);
      return nothing;
    };
    const began = performance.now();
    await sendPatiently(slow, { budgetMs: 300, timeoutMs: 200, random: () => 0 });
    expect(performance.now() - began).to.be.lessThan(450);
    expect(timeouts[0]).to.equal(200);
    expect(timeouts).to.have.length(2);
    expect(timeouts[1]).to.be.lessThan(101);
  });

  it('waits longer after each failure, at most as long as its ceiling', async () => {
    const randoms: number[] = [];
    const random = () => {
      randoms.push(0.1);
      return 0.1;
    };
    const { send, timeouts } = stripeThat([nothing, nothing, done]);
    const began = performance.now();
    await sendPatiently(send, { ...patient, random });
    // A tenth of 250 ms and of 500 ms.
    expect(performance.now() - began).to.be.within(70, 400);
    expect(timeouts).to.have.length(3);
    expect(randoms).to.have.length(2);
  });

  it('waits as long as Stripe asks it to', async () => {
    const at = new Date('2025-01-15T12:00:00Z');
    for (const retryAfter of ['1', 'Wed, 15 Jan 2025 12:00:01 GMT']) {
      const { send, timeouts } = stripeThat([failure(429, { retryAfter, date: at }), done]);
      const began = performance.now();
      await sendPatiently(send, patient);
      expect(performance.now() - began).to.be.greaterThan(980);
      expect(timeouts).to.have.length(2);
    }
  });

  it('ends at once when what Stripe asks for does not fit', async () => {
    const answer = failure(429, { retryAfter: '60' });
    const { send, timeouts } = stripeThat([answer]);
    const began = performance.now();
    expect(await sendPatiently(send, patient)).to.deep.equal({ answer, unanswered: false });
    expect(performance.now() - began).to.be.lessThan(500);
    expect(timeouts).to.have.length(1);
  });

  it('sends nothing when there is no time', async () => {
    const { send, timeouts } = stripeThat([done]);
    for (const budgetMs of [0, -5, 40])
      expect(await sendPatiently(send, { ...patient, budgetMs })).to.equal(null);
    expect(timeouts).to.deep.equal([]);
  });
});
