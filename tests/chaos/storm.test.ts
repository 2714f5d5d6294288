import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import type { ApiAnswer } from '../support/api-client.js';
import { askUntilFinal } from '../support/ask-until-final.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';
import { pick, seededRandom } from '../support/seeded-random.js';

const SEED = 20_241_218;
const SHOPPERS = 12;
/** Each time the process lives so long: at first within its work, later within its recovery. */
const LIVES_MS = [1200, 300, 11_000, 900, 4000];
const PATIENCE_MS = 90_000;
const TOTAL = 2500;

type Keyed<T> = (options: { idempotencyKey: string }) => Promise<ApiAnswer<T>>;

describe('a process that is killed again and again while customers buy', function () {
  this.timeout(150_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  before(async () => {
    mongod = await startTestMongod();
    const webhookRetryDelaysMs = Array.from({ length: 1000 }, () => 500);
    site = await startCrashSite({ mongod, webhookRetryDelaysMs });
    await site.deliverWebhooks();
  });
  after(async () => {
    await site.stop();
    await mongod.stop();
  });

  /** Asks until it is told how it ended, with one key for all. */
  async function insist<T>(ask: Keyed<T>): Promise<ApiAnswer<T>> {
    const idempotencyKey = randomUUID();
    return (await askUntilFinal(() => ask({ idempotencyKey }), PATIENCE_MS)).final;
  }

  interface Bought {
    mark: string;
    orderId: string;
    paymentId: string;
    declines: number;
    refunded: number;
  }

  async function buy(number: number): Promise<Bought> {
    const random = seededRandom(SEED + number);
    const { api } = site;
    const mark = `shopper-${number}`;
    const customer = { userId: mark, email: `${mark}@example.com`, metadata: { mark } };
    const { id: customerId } = (await insist(() => api.createCustomer(customer))).body;
    const items = [{ name: 'Lamp', unitAmount: TOTAL, quantity: 1 }];
    // Nothing is paid with an order: one that was made twice is one that nobody knows.
    const order = await insist(() => api.createOrder({ userId: mark, currency: 'usd', items }));
    const orderId = order.body.id;
    const intent = { orderId, customerId, metadata: { mark } };
    const { id: paymentId } = (await insist((options) => api.createIntent(intent, options))).body;
    const declines = pick(random, [0, 1]);
    for (let count = 0; count < declines; count += 1) {
      const declined = { paymentId, paymentMethodId: 'pm_card_chargeDeclined' };
      expect((await insist((options) => api.confirm(declined, options))).status).to.equal(402);
    }
    const good = { paymentId, paymentMethodId: 'pm_card_visa' };
    expect((await insist((options) => api.confirm(good, options))).body.status).to.equal('succeeded');
    const refunds = pick(random, [[], [700], [700, 300]]);
    const refund = (amount: number) => insist((options) => api.refund({ paymentId, amount }, options));
    await Promise.all(
      refunds.map(async (amount) => expect((await refund(amount)).body.amount).to.equal(amount)),
    );
    return { mark, orderId, paymentId, declines, refunded: refunds.reduce((sum, amount) => sum + amount, 0) };
  }

  async function kill(): Promise<void> {
    for (const life of LIVES_MS) {
      const process = await site.start('all');
      await delay(life);
      await process.kill();
    }
    await site.start('all');
  }

  it('charges each once, refunds each once, pays every order and settles everything', async () => {
    const shoppers = Array.from({ length: SHOPPERS }, (_, number) => buy(number));
    const [bought] = await Promise.all([Promise.all(shoppers), kill()]);
    await site.sandbox.idle();
    for (const queue of ['webhook_events', 'operations', 'outbox_messages']) {
      await eventually(
        () => site.all(queue, { dueAt: { $exists: true } }),
        (due) => due.length === 0,
        40_000,
      );
    }

    const { control } = site.sandbox;
    for (const { mark, orderId, paymentId, declines, refunded } of bought) {
      const customers = control
        .objects('customer')
        .filter((one) => !one.deleted && one.metadata.mark === mark);
      expect(customers, `customers of ${mark}`).to.have.length(1);
      const intents = control.objects('payment_intent').filter((one) => one.metadata.mark === mark);
      expect(intents, `PaymentIntents of ${mark}`).to.have.length(1);
      const charges = control.objects('charge').filter((one) => one.payment_intent === intents[0]?.id);
      expect(charges.filter(({ status }) => status === 'succeeded')).to.have.length(1);
      expect(charges.filter(({ status }) => status === 'failed')).to.have.length(declines);
      const refunds = control.objects('refund').filter((one) => one.payment_intent === intents[0]?.id);
      expect(refunds.reduce((sum, { amount }) => sum + amount, 0)).to.equal(refunded);
      const [order] = await site.all('orders', { _id: orderId });
      expect(order).to.include({ status: 'paid', paymentId });
      const [payment] = await site.all('payments', { _id: paymentId });
      expect(payment).to.include({ status: 'succeeded', amountRefunded: refunded, amountReserved: 0 });
      const mails = site.smtp.received.filter(({ to }) => JSON.stringify(to).includes(`${mark}@`));
      expect(new Set(mails.map(({ messageId }) => messageId)).size, `receipts of ${mark}`).to.equal(1);
    }
    expect((await site.all('operations')).filter(({ status }) => !/succeeded|refused/.test(status))).to.be
      .empty;
    const stored = new Map((await site.all('webhook_events')).map((row) => [row._id, row.status]));
    const events = control.events().map(({ id }) => stored.get(id));
    expect(events.filter((status) => status !== 'applied' && status !== 'ignored')).to.deep.equal([]);
    expect(await site.brokenAudits()).to.deep.equal([]);
    const lines = site.processes.flatMap(({ logs }) => logs);
    expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
