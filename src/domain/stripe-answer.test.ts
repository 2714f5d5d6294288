import { expect } from 'chai';
import { isRetryable, leftUnanswered, refusalOf, type StripeAnswer, settledBy } from './stripe-answer.js';

const timing = { startedAt: new Date(0), spanMs: 12 };
const object = { id: 'pi_1', object: 'payment_intent' };
type ErrorAnswer = Extract<StripeAnswer, { type: 'error' }>;

function failure(status: number, changes: Partial<ErrorAnswer> & { errorType?: string } = {}): ErrorAnswer {
  const { errorType = 'invalid_request_error', ...rest } = changes;
  const about = { date: new Date(0), replayed: false, retryAfter: null, shouldRetry: null };
  return { ...timing, type: 'error', status, error: { type: errorType }, ...about, ...rest };
}

const done: StripeAnswer = { ...timing, type: 'object', object, date: new Date(0), replayed: false };
const nothing: StripeAnswer = { ...timing, type: 'none', reason: 'time is over' };

const STATUSES = [400, 401, 402, 403, 404, 409, 413, 424, 429, 500, 502, 503, 504];
const TYPES = ['invalid_request_error', 'idempotency_error', 'card_error', 'api_error'];
const BOOLEANS = [true, false];

/** DESIGN rule 1, word by word. */
function isRefusal(status: number, about: { type: string; replayed: boolean; before: boolean }): boolean {
  if (status === 402) return true;
  if (about.before && !about.replayed) return false;
  return status === 404 || (status === 400 && about.type !== 'idempotency_error');
}

describe('what an answer of Stripe settles', () => {
  it('an object is done, replayed or not, whatever went before', () => {
    for (const replayed of BOOLEANS)
      for (const unansweredBefore of BOOLEANS)
        expect(settledBy({ ...done, replayed }, { unansweredBefore })).to.equal('done');
  });

  it('no answer settles nothing', () => {
    for (const unansweredBefore of BOOLEANS)
      expect(settledBy(nothing, { unansweredBefore })).to.equal('unknown');
  });

  for (const status of STATUSES) {
    it(`a ${status} of every type, stored or not, after a send without an answer or not`, () => {
      for (const type of TYPES)
        for (const replayed of BOOLEANS)
          for (const before of BOOLEANS)
            for (const shouldRetry of [null, ...BOOLEANS]) {
              const answer = failure(status, { errorType: type, replayed, shouldRetry });
              const label = `${type}, replayed ${replayed}, before ${before}`;
              const expected = isRefusal(status, { type, replayed, before }) ? 'refused' : 'unknown';
              expect([label, settledBy(answer, { unansweredBefore: before })]).to.deep.equal([
                label,
                expected,
              ]);
            }
    });
  }
});

describe('whether the same request may help', () => {
  it('sends again what was not answered, and never what was done', () => {
    expect(isRetryable(nothing)).to.equal(true);
    expect(isRetryable(done)).to.equal(false);
  });

  it('sends again after 409, 424, 429 and 5xx, and after nothing else', () => {
    const again = STATUSES.filter((status) => isRetryable(failure(status)));
    expect(again).to.deep.equal([409, 424, 429, 500, 502, 503, 504]);
  });

  it('asks for no stored answer again: it would come for ever', () => {
    for (const status of STATUSES) expect(isRetryable(failure(status, { replayed: true }))).to.equal(false);
  });

  it('obeys Stripe-Should-Retry, whatever the status', () => {
    for (const status of STATUSES)
      for (const replayed of BOOLEANS)
        for (const shouldRetry of BOOLEANS)
          expect(isRetryable(failure(status, { replayed, shouldRetry }))).to.equal(shouldRetry);
  });
});

describe('whether a send was left without an answer', () => {
  it('only no answer and 5xx may have been executed unseen', () => {
    expect(leftUnanswered(nothing)).to.equal(true);
    expect(leftUnanswered(done)).to.equal(false);
    const unseen = STATUSES.filter((status) => leftUnanswered(failure(status)));
    expect(unseen).to.deep.equal([500, 502, 503, 504]);
  });
});

describe('refusalOf', () => {
  it('keeps what may be told, with null for what Stripe left out', () => {
    expect(refusalOf(failure(400))).to.deep.equal({
      status: 400,
      type: 'invalid_request_error',
      code: null,
      declineCode: null,
      param: null,
      message: '',
    });
    const error = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      param: 'source',
      message: 'No.',
      payment_intent: { ...object, client_secret: 'pi_1_secret_x' },
    };
    expect(refusalOf(failure(402, { error }))).to.deep.equal({
      status: 402,
      type: 'card_error',
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      param: 'source',
      message: 'No.',
    });
  });
});
