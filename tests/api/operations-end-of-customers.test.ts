import { expect } from 'chai';
import type { ApiAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import { noOperationOpen } from '../support/webhooks.js';

const DAY_MS = 86_400_000;

type Call = () => Promise<ApiAnswer<unknown>>;

/** Each kind of operation that `operations-end.test.ts` has not, once carried out at Stripe and once not. */
describe('an operation on a customer, a saved card, a session or a coupon that nobody answered for a day', function () {
  this.timeout(120_000);
  let stack: Stack;
  const clock = new ShiftedClock();
  const subjects = { made: new Map<string, string>(), missing: new Map<string, string>() };

  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes, overrides: { clock } });
    const [made, missing] = [await prepare('made'), await prepare('missing')];
    await lose('after', made);
    await lose('before', missing);
    await aDayLater();
    await noOperationOpen(stack);
  });
  after(() => stack.stop());

  /** What will be asked for: each on rows of its own, since a customer or payment has one operation open at a time. */
  async function prepare(fate: 'made' | 'missing'): Promise<Call[]> {
    const { api } = stack;
    const ids = subjects[fate];
    const calls: Call[] = [];
    const customerOf = async (kind: string) => {
      const body = { userId: `user_${kind}_${fate}`, email: `${kind}.${fate}@example.com` };
      const { id } = (await api.createCustomer(body)).body;
      ids.set(kind, id);
      return id;
    };
    const updated = await customerOf('customer.update');
    calls.push(() => api.updateCustomer(updated, { name: 'Ada', metadata: { tier: 'gold' } }));
    const deleted = await customerOf('customer.delete');
    calls.push(() => api.deleteCustomer(deleted));
    const detaching = await customerOf('payment_method.detach');
    const saved = (await api.createSetupIntent(detaching, { paymentMethodId: 'pm_card_visa' })).body;
    calls.push(() => api.detachPaymentMethod(detaching, String(saved.paymentMethodId)));
    const saving = await customerOf('setup_intent.create');
    calls.push(() => api.createSetupIntent(saving, {}));
    const { id: paymentId } = await newIntent(api);
    ids.set('payment.update', paymentId);
    calls.push(() => api.updatePayment(paymentId, { description: 'Two lamps' }));
    const { id: orderId } = await newOrder(api);
    ids.set('checkout.create', orderId);
    calls.push(() => api.createCheckoutSession({ orderId }));
    calls.push(() => api.createCoupon({ name: `Ten ${fate}`, percentOff: 10 }));
    return calls;
  }

  /** Stripe does it (`after`) or not (`before`), and neither answer nor look-up says so until a day has passed. */
  async function lose(when: 'before' | 'after', calls: readonly Call[]): Promise<void> {
    const { faults } = stack.sandbox.control;
    faults.clear();
    for (const method of ['POST', 'DELETE']) {
      faults.add({ match: { method, path: '/v1/**' }, when, action: { type: 'reset' } });
    }
    faults.add({ match: { method: 'GET', path: '/v1/**' }, when: 'before', action: { type: 'reset' } });
    for (const call of calls) expect((await call()).problem.code).to.equal('outcome_unknown');
  }

  async function aDayLater(): Promise<void> {
    const { control } = stack.sandbox;
    await eventually(
      () => stack.rows('operations').countDocuments({ open: true, lease: { $ne: null } }, { hint: '_id_' }),
      (held) => held === 0,
      20_000,
    );
    clock.advance(DAY_MS + 60_000);
    control.clock.advance(DAY_MS + 60_000);
    control.clearRequests();
    control.faults.clear();
  }

  const statusesOf = async (kind: string) => {
    const rows = await stack.rows('operations').find({ kind }, { hint: '_id_' }).sort({ _id: 1 }).toArray();
    return rows.map(({ status }) => status);
  };

  it('row 28 is found where Stripe had done it, given up where not, and never sent again', async () => {
    const kinds = ['customer.update', 'customer.delete', 'payment_method.detach', 'payment.update'];
    for (const kind of kinds) expect(await statusesOf(kind), kind).to.deep.equal(['succeeded', 'abandoned']);
    for (const kind of ['checkout.create', 'coupon.create']) {
      expect(await statusesOf(kind), kind).to.deep.equal(['succeeded', 'abandoned']);
    }
    // The two that saved a card for the detachments come first.
    expect(await statusesOf('setup_intent.create')).to.deep.equal([
      'succeeded',
      'succeeded',
      'succeeded',
      'abandoned',
    ]);
    expect(postsTo(stack.sandbox)).to.have.length(0);
    const alerts = await stack
      .rows('outbox_messages')
      .countDocuments({ _id: /^alert:operation_abandoned:/ }, { hint: '_id_' });
    expect(alerts, 'alerts').to.equal(7);
  });

  it('changes the rows of what was done, and leaves the others as they were, free for another try', async () => {
    const { api } = stack;
    const of = (fate: 'made' | 'missing', kind: string) => String(subjects[fate].get(kind));
    const named = async (fate: 'made' | 'missing') =>
      (await api.getCustomer(of(fate, 'customer.update'))).body;
    expect(await named('made')).to.deep.include({ name: 'Ada', metadata: { tier: 'gold' } });
    expect(await named('missing')).to.deep.include({ name: null, metadata: {} });
    const again = await api.updateCustomer(of('missing', 'customer.update'), { name: 'Ada' });
    expect(again.body.name).to.equal('Ada');

    expect((await api.getCustomer(of('missing', 'customer.delete'))).body.status).to.equal('active');
    const gone = await stack.rows('customers').findOne({ _id: of('made', 'customer.delete') });
    expect(gone).to.include({ deleted: true });

    const cards = async (fate: 'made' | 'missing') =>
      (await api.listPaymentMethods(of(fate, 'payment_method.detach'))).body.data;
    expect(await cards('made')).to.have.length(0);
    expect(await cards('missing')).to.have.length(1);

    const described = async (fate: 'made' | 'missing') =>
      (await api.getPayment(of(fate, 'payment.update'))).body.description;
    expect(await described('made')).to.equal('Two lamps');
    expect(await described('missing')).to.equal(null);
    const session = await api.createCheckoutSession({ orderId: of('missing', 'checkout.create') });
    expect(session.status).to.equal(201);
  });
});
