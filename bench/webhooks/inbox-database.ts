import type { Collection, Document, MongoClient } from 'mongodb';
import { prepareDatabase } from '../../tests/support/stack.js';
import { environmentOf } from './guichet.js';
import { type Mix, rowsOf, templateOf } from './mix.js';
import { COMPARED, type Reader, wrongStates } from './oracle.js';
import type { Surroundings } from './targets.js';
import type { Templates } from './templates.js';

const PREFIX = 'guichet_';
const UNITS_AT_ONCE = 500;
const SETTLED_CHECK_MS = 20;
const PATIENCE_MS = 120_000;
const COPIED = [
  ...['webhook_events', 'orders', 'payments', 'operations', 'refunds', 'customers', 'stripe_objects'],
  ...['audit_records', 'outbox_messages'],
];

type Row = Document & { _id: string };

/** One of Guichet's databases, as the bench fills, watches and checks it. */
export class InboxDatabase {
  constructor(
    private readonly mongo: MongoClient,
    readonly name: string,
  ) {}

  rows(name: string): Collection<Row> {
    return this.mongo.db(this.name).collection<Row>(`${PREFIX}${name}`);
  }

  /** Makes it, with what Guichet knew before the first event of the mix. */
  async prepare(around: Surroundings, templates: Templates, { units }: Pick<Mix, 'units'>): Promise<void> {
    await prepareDatabase(environmentOf(around));
    for (let from = 0; from < units; from += UNITS_AT_ONCE) {
      const batch = new Map<string, Document[]>();
      for (let unit = from; unit < Math.min(units, from + UNITS_AT_ONCE); unit += 1) {
        for (const [name, rows] of Object.entries(rowsOf(templates, unit)))
          batch.set(name, [...(batch.get(name) ?? []), ...rows]);
      }
      for (const [name, rows] of batch) await this.rows(name).insertMany(rows as Row[], { ordered: false });
    }
  }

  /** Makes it as another one is now. */
  async prepareAs(around: Surroundings, other: InboxDatabase): Promise<void> {
    await prepareDatabase(environmentOf(around));
    for (const name of COPIED) {
      const stage = { $out: { db: this.name, coll: `${PREFIX}${name}` } };
      await other.rows(name).aggregate([stage]).toArray();
    }
  }

  /** Events that are stored and not yet applied. */
  pending(): Promise<number> {
    return this.rows('webhook_events').countDocuments(
      { dueAt: { $exists: true } },
      { hint: { lane: 1, dueAt: 1 } },
    );
  }

  /** Waits until no more than so many are left. Throws when nothing has been applied for two minutes. */
  async settled(left = 0): Promise<void> {
    let [least, since] = [Number.POSITIVE_INFINITY, performance.now()];
    for (let pending = await this.pending(); pending > left; pending = await this.pending()) {
      if (pending < least) [least, since] = [pending, performance.now()];
      if (performance.now() - since > PATIENCE_MS) throw new Error(`${pending} events are not applied`);
      await new Promise((resolve) => setTimeout(resolve, SETTLED_CHECK_MS));
    }
  }

  /** Objects of Stripe that are not as they should be in the mirror, and what is wrong with orders and payments. */
  async wrong(templates: Templates, mix: Mix): Promise<number> {
    const wrongInMirror = await wrongStates(templates, mix, this.mirror(templates));
    return wrongInMirror + (await this.wrongOrders(templates, mix)) + (await this.lost(mix));
  }

  private mirror({ stripeAccountId }: Templates): Reader {
    return async (kind, ids) => {
      const keys = ids.map((id) => `${stripeAccountId}:test:${id}`);
      const found = await this.rows('stripe_objects')
        .find({ _id: { $in: keys } })
        .toArray();
      return new Map(
        found.map(({ stripeId, data }) => [stripeId, COMPARED[kind].map((field) => data[field])]),
      );
    };
  }

  /** Each purchase has paid its order, once, and has one receipt. */
  private async wrongOrders(templates: Templates, { units }: Mix): Promise<number> {
    const of = (name: string) =>
      Array.from({ length: units }, (_, unit) => unit).filter(
        (unit) => templateOf(templates, unit).name === name,
      ).length;
    const found = [
      await this.rows('orders').countDocuments({ status: 'paid', refundState: 'none' }),
      await this.rows('audit_records').countDocuments({ action: 'order.paid' }),
      await this.rows('outbox_messages').countDocuments({ kind: 'receipt' }),
      await this.rows('payments').countDocuments({ status: 'succeeded', amountRefunded: 0 }),
    ];
    const paid = found.reduce((sum, count) => sum + Math.abs(count - of('purchase')), 0);
    const refunded = await this.rows('refunds').countDocuments({ status: 'succeeded' });
    return paid + Math.abs(refunded - of('refund'));
  }

  private async lost({ distinct }: Mix): Promise<number> {
    return distinct - (await this.rows('webhook_events').countDocuments({ _id: /^evt_/, status: 'applied' }));
  }
}
