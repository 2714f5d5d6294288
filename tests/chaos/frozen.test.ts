import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { allLanesHeld } from '../support/lanes.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase } from '../support/purchases.js';

/** What a worker held is free 10 s after its last renewal. */
const LEASE_ENDS_MS = 20_000;
const PURCHASES = 40;
/** Longer than a lease, and less than a call to Stripe may take here. */
const SLOW_LOOK_UP_MS = 13_000;

describe('a worker that stands still for longer than its leases last', function () {
  this.timeout(90_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  before(async () => {
    mongod = await startTestMongod();
    site = await startCrashSite({ mongod });
    await site.start('api');
  });
  after(async () => {
    await site.stop();
    await mongod.stop();
  });

  it('loses its lanes to another, shares them when it goes on, and no lane is left to nobody', async () => {
    const frozen = await site.start('worker');
    const [before] = await allLanesHeld(site, { by: 1, withinMs: LEASE_ENDS_MS });
    frozen.signal('SIGSTOP');
    await site.start('worker');
    await eventually(
      () => allLanesHeld(site, { by: 1, withinMs: LEASE_ENDS_MS }),
      ([holder]) => holder !== before,
      LEASE_ENDS_MS,
    );

    frozen.signal('SIGCONT');
    await allLanesHeld(site, { by: 2, withinMs: LEASE_ENDS_MS });
    const purchases = [];
    for (let index = 0; index < PURCHASES; index += 1) purchases.push(await openPurchase(site));
    await site.deliverWebhooks();
    await site.sandbox.idle();
    const left = await eventually(
      () => site.all('webhook_events', { dueAt: { $exists: true } }),
      (due) => due.length === 0,
    );
    expect(left).to.deep.equal([]);
    const lanes = new Set((await site.all('webhook_events')).map((row) => row.lane));
    expect(lanes.size, 'lanes that had an event').to.be.above(20);
  });

  it('unless it only waits for Stripe: it keeps its operation, and the other worker leaves it alone', async () => {
    const { control } = site.sandbox;
    const { paymentId, intentId } = await openPurchase(site);
    const path = `/v1/payment_intents/${intentId}`;
    const lost = { type: 'status', status: 500, headers: { 'Stripe-Should-Retry': 'false' } } as const;
    control.deliveries.set({ drop: true });
    control.faults.add({ match: { method: 'POST', path: `${path}/confirm` }, when: 'after', action: lost });
    const slow = { type: 'delay', ms: SLOW_LOOK_UP_MS } as const;
    control.faults.add({ match: { method: 'GET', path }, when: 'before', action: slow });
    const answer = await site.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(answer.problem.code).to.equal('outcome_unknown');
    const [operation] = await eventually(
      () => site.all('operations', { kind: 'payment.confirm' }),
      ([row]) => row?.open === false,
      SLOW_LOOK_UP_MS + 15_000,
    );
    expect(operation).to.include({ status: 'succeeded' });
    const asked = control.requests().filter((request) => request.path.startsWith(path));
    expect(asked.map(({ method }) => method)).to.deep.equal(['POST', 'GET']);
  });
});
