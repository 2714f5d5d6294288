import { expect } from 'chai';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { isDatabaseUnavailable } from './database-unavailable.js';

describe('isDatabaseUnavailable', () => {
  const named = (name: string, about: object = {}) => Object.assign(new Error('x'), { name, ...about });

  it('tells a lost connection, as it is and inside a bulk write or a cause', () => {
    const lost = new MongoNetworkError('connection 7 closed');
    expect(isDatabaseUnavailable(lost)).to.equal(true);
    expect(isDatabaseUnavailable(named('MongoBulkWriteError', { errorResponse: lost }))).to.equal(true);
    expect(isDatabaseUnavailable(new Error('x', { cause: lost }))).to.equal(true);
  });

  it('tells what the server says of itself', () => {
    for (const code of [10107, 11600, 64, 50, 112, 251]) {
      expect(isDatabaseUnavailable(new MongoServerError({ message: 'x', code }))).to.equal(true);
    }
  });

  it('tells our own deadlines and conflicts', () => {
    expect(isDatabaseUnavailable(named('DeadlineExceeded'))).to.equal(true);
    expect(isDatabaseUnavailable(named('WriteConflict'))).to.equal(true);
  });

  it('is false for a mistake, whatever code it carries', () => {
    expect(isDatabaseUnavailable(new MongoServerError({ message: 'x', code: 11000 }))).to.equal(false);
    expect(isDatabaseUnavailable(named('TypeError', { code: 64 }))).to.equal(false);
    expect(isDatabaseUnavailable('MongoNetworkError')).to.equal(false);
    const loop: Error & { cause?: unknown } = new Error('x');
    loop.cause = loop;
    expect(isDatabaseUnavailable(loop)).to.equal(false);
  });
});
