import { BSON } from 'mongodb';
import { openPurchase, type Purchase } from '../../tests/support/purchases.js';
import { type Stack, startStack } from '../../tests/support/stack.js';
import { eventsOf, inboxSettled, postAll } from '../../tests/support/webhooks.js';

/** What happens to one payment or customer: the events that tell it, and what Guichet knew before the first of them. */
export interface Template {
  name: 'purchase' | 'refund' | 'customer' | 'customer, twice in a second';
  /** As Stripe writes them, in the order in which they happened. */
  events: string[];
  /** Extended JSON of the rows, by collection. */
  rows: Record<string, string[]>;
}

export interface Templates {
  stripeAccountId: string;
  /** Seconds, UTC: when the first of it happened. */
  beganAt: number;
  templates: Template[];
}

const COLLECTIONS = ['orders', 'payments', 'operations', 'refunds', 'customers', 'stripe_objects'] as const;
/** Makes events about as large as those of a shop: 5 kB. */
const PADDING = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`basket_${index}`, `${index} × ${'ware '.repeat(36)}`.trim()]),
);
const MINUTE = 60_000;

/** Takes them from real purchases through the API and the sandbox, so that rows and events are what they are there. */
export async function recordTemplates(mongodbUri: string): Promise<Templates> {
  const stack = await startStack({
    mongodbUri,
    webhooks: 'by-hand',
    sandbox: { fidelityChecks: false },
    environment: { LOG_LEVEL: 'error', RECEIPTS: 'off', REDIS: 'off' },
  });
  try {
    const beganAt = Math.floor(Date.now() / 1000);
    const recorder = new Recorder(stack);
    const templates = [
      await recorder.purchase(),
      await recorder.refund(),
      await recorder.customer('customer'),
      await recorder.customer('customer, twice in a second'),
    ];
    const [row] = await stack.rows('orders').find({}, { hint: '_id_' }).limit(1).toArray();
    return { stripeAccountId: String(row?.stripeAccountId), beganAt, templates };
  } finally {
    await stack.stop();
  }
}

class Recorder {
  private readonly seen = new Set<string>();

  constructor(private readonly stack: Stack) {}

  /** Paid in the browser: nobody but Stripe's events tells of it. */
  async purchase(): Promise<Template> {
    const { stack } = this;
    const purchase = await this.open();
    const rows = await this.newRows();
    await stack.stripe.paymentIntents.confirm(purchase.intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    await stack.sandbox.idle();
    return { name: 'purchase', rows, events: written(eventsOf(stack, purchase.intentId)) };
  }

  /** Asked for through the API, an hour after a purchase of which all is known. */
  async refund(): Promise<Template> {
    const { stack } = this;
    const { paymentId, intentId } = await this.open();
    await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    await stack.sandbox.idle();
    const before = eventsOf(stack, intentId);
    await postAll(stack, before);
    await inboxSettled(stack);
    stack.sandbox.control.clock.advance(60 * MINUTE);
    const { status } = await stack.api.refund({ paymentId, amount: 700 });
    if (status !== 201) throw new Error(`the refund was answered ${status}`);
    await stack.sandbox.idle();
    const known = new Set(before.map(({ id }) => id));
    const events = eventsOf(stack, intentId).filter(({ id }) => !known.has(id));
    return { name: 'refund', rows: await this.newRows(), events: written(events) };
  }

  /** Changed in the dashboard, twice. */
  async customer(name: 'customer' | 'customer, twice in a second'): Promise<Template> {
    const { stack } = this;
    const userId = `user_${name === 'customer' ? '1' : '2'}`.padEnd(26, '0');
    const { body } = await stack.api.createCustomer({
      userId,
      email: 'ada@example.com',
      name: 'Ada',
      metadata: PADDING,
    });
    const rows = await this.newRows();
    const id = body.stripe.customerId ?? '';
    stack.sandbox.control.clock.advance(MINUTE);
    await stack.stripe.customers.update(id, { name: 'Ada King' });
    if (name === 'customer') stack.sandbox.control.clock.advance(MINUTE);
    await stack.stripe.customers.update(id, { name: 'Ada Lovelace' });
    await stack.sandbox.idle();
    const events = stack.sandbox.control.events().filter(({ data }) => data.object.id === id);
    const [last, before] = [events.at(-1), events.at(-2)];
    // The clock may have struck between the two.
    if (name !== 'customer' && last && before) last.created = before.created;
    return { name, rows, events: written(events) };
  }

  private open(): Promise<Purchase> {
    return openPurchase(this.stack, {}, { metadata: PADDING });
  }

  /** What was stored since it was asked last. */
  private async newRows(): Promise<Record<string, string[]>> {
    const rows: Record<string, string[]> = {};
    for (const name of COLLECTIONS) {
      const all = await this.stack.rows(name).find({}, { hint: '_id_' }).toArray();
      const fresh = all.filter(({ _id }) => !this.seen.has(`${name}:${_id}`));
      for (const { _id } of fresh) this.seen.add(`${name}:${_id}`);
      if (fresh.length > 0) rows[name] = fresh.map((row) => BSON.EJSON.stringify(row, { relaxed: false }));
    }
    return rows;
  }
}

/** Stripe indents its events. */
function written(events: readonly object[]): string[] {
  return events.map((event) => JSON.stringify(event, null, 2));
}
