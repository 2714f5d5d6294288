import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { allLanesHeld } from '../support/lanes.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase } from '../support/purchases.js';

const GRACE_MS = 3000;
const CLEAN = { code: 0, signal: null };

describe('a process that is told to end (SIGTERM)', function () {
  this.timeout(60_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  before(async () => {
    mongod = await startTestMongod();
  });
  after(() => mongod.stop());
  beforeEach(async () => {
    const environment = { SHUTDOWN_GRACE_MS: String(GRACE_MS) };
    site = await startCrashSite({ mongod, environment });
  });
  afterEach(() => site.stop());

  it('ends the batch that its worker is at, and leaves its lanes to another at once', async () => {
    const process = await site.start('all');
    const [going] = await allLanesHeld(site, { by: 1, withinMs: 20_000 });
    const { intentId } = await openPurchase(site);
    const batch = site.proxy.hold(
      'before',
      ({ name, text }) => name === 'commitTransaction' && text.includes('"update":"guichet_webhook_events"'),
    );
    await site.deliverWebhooks();
    await batch.caught;
    site.proxy.disarm();
    const heir = await site.start('worker');
    const exited = process.terminate();
    await eventually(
      () => process.logs,
      (logs) => logs.some(({ msg }) => msg?.startsWith('Stopping')),
    );
    batch.release();
    expect(await exited).to.deep.equal(CLEAN);
    const [row] = await site.all('webhook_events', { objectId: intentId });
    expect(row).to.include({ status: 'applied', attempts: 0 });
    const [holder] = await allLanesHeld(site, { by: 1, withinMs: 3000 });
    expect(holder).to.be.a('string').and.not.equal(going);
    expect(await heir.terminate()).to.deep.equal(CLEAN);
  });

  it('does not wait for Stripe longer than its grace: what it was at is unknown, and settled by the next', async () => {
    const process = await site.start('all');
    const { paymentId } = await openPurchase(site);
    const fault = {
      match: { method: 'POST', path: '/v1/payment_intents/*/confirm' },
      when: 'after',
    } as const;
    site.sandbox.control.faults.add({ ...fault, action: { type: 'hang' } });
    const idempotencyKey = 'stuck-at-stripe';
    const body = { paymentId, paymentMethodId: 'pm_card_visa' };
    const cut = site.api.confirm(body, { idempotencyKey }).catch((error: unknown) => error);
    await eventually(
      () => site.sandbox.control.objects('charge'),
      (charges) => charges.length === 1,
    );
    const toldAt = performance.now();
    expect(await process.terminate()).to.deep.equal(CLEAN);
    expect(performance.now() - toldAt).to.be.within(GRACE_MS, GRACE_MS + 3000);
    expect(await cut).to.be.instanceOf(TypeError);

    site.sandbox.control.faults.clear();
    await site.start('all');
    const [operation] = await eventually(
      () => site.all('operations', { kind: 'payment.confirm' }),
      ([row]) => row?.open === false,
      20_000,
    );
    expect(operation).to.include({ status: 'succeeded' });
    expect((await site.api.confirm(body, { idempotencyKey })).body.status).to.equal('succeeded');
    expect(site.sandbox.control.objects('charge')).to.have.length(1);
  });

  it('does not wait longer for a worker that is stuck at Stripe, and gives its lanes back', async () => {
    const process = await site.start('all');
    const { paymentId, intentId } = await openPurchase(site);
    await site.deliverWebhooks();
    await site.sandbox.idle();
    const path = `/v1/payment_intents/${intentId}`;
    site.sandbox.control.faults.add({
      match: { method: 'GET', path },
      when: 'before',
      action: { type: 'hang' },
    });
    const reset = { match: { method: 'POST', path: `${path}/confirm` }, when: 'after', times: 1 } as const;
    site.sandbox.control.faults.add({
      ...reset,
      action: { type: 'status', status: 500, headers: { 'Stripe-Should-Retry': 'false' } },
    });
    site.sandbox.control.deliveries.set({ drop: true });
    const answer = await site.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(answer.problem.code).to.equal('outcome_unknown');
    await eventually(
      () => site.sandbox.control.requests().some((one) => one.method === 'GET' && one.path === path),
      Boolean,
    );
    const toldAt = performance.now();
    expect(await process.terminate()).to.deep.equal(CLEAN);
    expect(performance.now() - toldAt).to.be.below(GRACE_MS + 3000);
    const heir = await site.start('worker');
    await allLanesHeld(site, { by: 1, withinMs: 3000 });
    expect(await heir.terminate()).to.deep.equal(CLEAN);
  });
});
