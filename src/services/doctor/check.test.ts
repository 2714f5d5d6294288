import { expect } from 'chai';
import { CheckFailure, ok, runChecks } from './check.js';

describe('runChecks', () => {
  const never = () => new Promise<never>(() => undefined);

  it('ends one that hangs at its limit, and keeps the results of the others in order', async () => {
    const results = await runChecks(
      [
        { name: 'hangs', run: never },
        { name: 'well', run: () => Promise.resolve(ok('fine')) },
        { name: 'hangs too', run: never },
      ],
      30,
    );
    expect(results.map(({ name, status }) => [name, status])).to.deep.equal([
      ['hangs', 'failed'],
      ['well', 'ok'],
      ['hangs too', 'failed'],
    ]);
    expect(results[0]?.message).to.equal('no result within 30 ms');
    expect(results[0]?.fix).to.include('firewall');
  });

  it('makes a failed check of one that throws: one line, no stack, no secret', async () => {
    const text = 'cannot use sk_test_51abc with mongodb://user:pass@db/\n    at somewhere';
    const throws = async () => Promise.reject(new Error(text));
    const [result] = await runChecks([{ name: 'throws', run: throws }], 1000);
    expect(result?.status).to.equal('failed');
    expect(JSON.stringify(result)).not.to.match(/51abc|pass@|somewhere/);
    expect(result?.fix).to.be.a('string');
  });

  it('tells the fix of a check that could not look', async () => {
    const run = async () => Promise.reject(new CheckFailure('nobody there', 'start it'));
    expect(await runChecks([{ name: 'x', run }], 1000)).to.deep.equal([
      { name: 'x', status: 'failed', message: 'nobody there', fix: 'start it' },
    ]);
  });
});
