import { expect } from 'chai';
import * as errors from './errors.js';

describe('errors', () => {
  it('keeps the cause, and everything that the answer needs', () => {
    const cause = new Error('socket hang up');
    const error = errors.outcomeUnknown('outcome_unknown', 'Send the same request with the same key.', {
      cause,
      retryAfterSeconds: 5,
      extra: { operationId: 'op_1', paymentId: 'pay_1' },
      stripe: { type: 'api_error', code: null, declineCode: null },
      errors: [{ path: 'amount', message: 'is too small', code: 'too_small' }],
    });
    expect(error).to.be.instanceOf(Error);
    expect(errors.isGuichetError(error)).to.equal(true);
    expect(errors.isGuichetError(cause)).to.equal(false);
    expect(error.cause).to.equal(cause);
    expect(error).to.include({ retryAfterSeconds: 5, code: 'outcome_unknown' });
    expect(error.extra).to.deep.equal({ operationId: 'op_1', paymentId: 'pay_1' });
    expect(error.stripe?.type).to.equal('api_error');
    expect(error.errors).to.have.length(1);
    expect(error.message).to.equal('outcome_unknown: Send the same request with the same key.');
  });

  it('has empty rather than missing members', () => {
    const error = errors.notFound('order_not_found', 'Check the id.');
    expect(error).to.deep.include({ errors: [], stripe: null, retryAfterSeconds: null, extra: {} });
    expect('cause' in error).to.equal(false);
  });
});
