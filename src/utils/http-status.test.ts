import { expect } from 'chai';
import * as errors from '../domain/errors.js';
import { httpStatus } from './http-status.js';

describe('httpStatus', () => {
  const table: [errors.GuichetError, errors.ErrorCategory, number][] = [
    [errors.invalidRequest('unknown_field', 'Remove it.'), 'invalid_request', 400],
    [errors.unauthenticated('no_api_key', 'Send one.'), 'unauthenticated', 401],
    [errors.paymentDeclined('card_declined', 'Use another card.'), 'payment_declined', 402],
    [errors.forbidden('missing_scope', 'Ask for it.'), 'forbidden', 403],
    [errors.notFound('payment_not_found', 'Check the id.'), 'not_found', 404],
    [errors.conflict('charge_disputed', 'Answer the dispute.'), 'conflict', 409],
    [errors.unprocessable('amount_too_small', 'Ask for more.'), 'unprocessable', 422],
    [errors.rateLimited('too_many_requests', 'Wait.'), 'rate_limited', 429],
    [errors.internalError('internal_error', 'Tell us the request id.'), 'internal', 500],
    [errors.unavailable('database_unavailable', 'Try again.'), 'unavailable', 503],
    [errors.outcomeUnknown('outcome_unknown', 'Send it again.'), 'outcome_unknown', 503],
  ];

  for (const [error, category, status] of table) {
    it(`${category} is ${status}`, () => {
      expect(error.category).to.equal(category);
      expect(httpStatus(error.category)).to.equal(status);
    });
  }
});
