import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Router } from '../http/router.js';
import { contract, definition, definitionNameOf } from './contract.js';
import { FidelityChecks, violationsOf } from './fidelity.js';

describe('sandbox: contract', function () {
  this.timeout(60_000);

  it('is what the installed SDK says', async () => {
    const script = new URL('./generate.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--check']);
    expect(stdout).to.contain('is current');
  });

  it('covers routes, parameters, answers and events of its resources', () => {
    expect([contract.apiVersion, contract.sdk]).to.deep.equal(['2024-12-18.acacia', '17.5.0']);
    const refund = contract.routes.find(({ method, path }) => method === 'POST' && path === '/v1/refunds');
    expect(refund).to.deep.include({ params: 'RefundCreateParams', returns: { type: 'ref', ref: 'Refund' } });
    expect(definition('PaymentIntentCreateParams')?.required).to.have.members(['amount', 'currency']);
    expect(definition('Charge')?.properties.balance_transaction).to.deep.equal({
      type: 'string',
      expands: ['BalanceTransaction'],
      nullable: true,
    });
    expect(contract.events['charge.updated']?.expands).to.deep.equal(['Charge']);
    expect(definitionNameOf('charge')).to.equal('Charge');
    expect(contract.otherRoutes).to.include('POST /v1/subscriptions');
  });

  it('finds what is missing, null, of a wrong type, not in an enum, and too much', () => {
    const line = { amount: 1, application: null, currency: 'usd', description: null, type: 'x' };
    const schema = { type: 'ref', ref: 'BalanceTransaction.FeeDetail' } as const;
    expect(violationsOf(line, schema)).to.deep.equal([]);
    expect(violationsOf({ ...line, amount: null }, schema)).to.deep.equal(['.amount is null']);
    expect(violationsOf({ ...line, amount: 1.5 }, schema)).to.deep.equal(['.amount is not an integer']);
    expect(violationsOf({ ...line, amount: '1' }, schema)).to.deep.equal(['.amount is "1", not a number']);
    expect(violationsOf({ ...line, colour: 'red' }, schema)).to.have.length(1);
    const { amount: _, ...without } = line;
    expect(violationsOf(without, schema)).to.deep.equal(['.amount is missing']);
    const reason = definition('Refund')?.properties.reason;
    expect(reason && violationsOf('whim', reason)).to.have.length(1);
  });

  it('a violation is loud and remembered', () => {
    const checks = new FidelityChecks();
    const route = contract.routes.find(({ path }) => path === '/v1/balance');
    expect(() => route && checks.checkAnswer(route, { object: 'balance' })).to.throw('breaks the contract');
    expect(checks.violations.join()).to.contain('.available is missing');
  });

  it('a machine that handles what Stripe does not have is a mistake', () => {
    expect(() => new Router([{ 'POST /v1/unicorns': () => ({ object: 'unicorn' }) }])).to.throw(
      'not a route',
    );
  });
});
