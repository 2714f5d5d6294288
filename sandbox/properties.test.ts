import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox, SandboxOptions } from './start-sandbox.js';
import type { Kind } from './store/kinds.js';
import { checkedSandbox, RETURN_URL, sdk } from './test-support.js';

const DAY_MS = 86_400_000;

type Step =
  | { do: 'create'; amount: number; currency: string; card: string; capture: string; saved: boolean }
  | { do: 'debit'; amount: number; iban: string }
  | { do: 'settle'; at: number; outcome: 'failed' | 'succeeded' }
  | { do: 'confirm'; at: number; card: string }
  | { do: 'authenticate'; at: number; outcome: 'approve' | 'fail' }
  | { do: 'capture' | 'refund'; at: number; percent: number | null }
  | { do: 'cancel'; at: number }
  | { do: 'dispute'; at: number; inquiry: boolean }
  | { do: 'evidence'; at: number; text: string }
  | { do: 'close'; at: number }
  | { do: 'advance'; days: number }
  | { do: 'idle' };

const CARDS = [
  'pm_card_visa',
  'pm_card_bypassPending',
  'pm_card_chargeDeclined',
  'pm_card_createDispute',
  'pm_card_createDisputeInquiry',
  'pm_card_createIssuerFraudRecord',
  'pm_card_pendingRefund',
  'pm_card_refundFail',
  'pm_card_threeDSecure2Required',
];

/** They pay, fail, pay after two weeks, and are taken back. */
const ACCOUNTS = [
  'DE89370400440532013000',
  'DE62370400440532013001',
  'DE08370400440532013003',
  'DE35370400440532013002',
];

const at = fc.nat({ max: 3 });
const card = fc.constantFrom(...CARDS);
const percent = fc.option(fc.integer({ min: 1, max: 130 }));
const create = fc.record({
  do: fc.constant('create' as const),
  amount: fc.integer({ min: 100, max: 99_999 }),
  currency: fc.constantFrom('usd', 'eur', 'jpy'),
  card,
  capture: fc.constantFrom('automatic_async', 'automatic', 'manual'),
  saved: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: create },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('debit' as const),
      amount: fc.integer({ min: 100, max: 99_999 }),
      iban: fc.constantFrom(...ACCOUNTS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      at,
      outcome: fc.constantFrom('failed' as const, 'succeeded' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('confirm' as const), at, card }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('authenticate' as const),
      at,
      outcome: fc.constantFrom('approve' as const, 'fail' as const),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constantFrom('capture' as const, 'refund' as const), at, percent }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dispute' as const), at, inquiry: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('evidence' as const),
      at,
      text: fc.constantFrom('winning_evidence', 'losing_evidence', 'none'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), days: fc.integer({ min: 1, max: 10 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('idle' as const) }) },
);
const history = fc.array(step, { minLength: 2, maxLength: 14 });

interface Sent {
  atMs: number;
  path: string;
  form: string;
  key: string;
  status: number;
  body: string;
  replayed: boolean;
}

/** One sandbox whose clock stands still, and the requests of one history. */
class World {
  readonly sent: Sent[] = [];
  readonly intents: { id: string; amount: number }[] = [];
  private customer: string | null = null;

  private constructor(
    readonly sandbox: Sandbox,
    private readonly sendOne: (world: World, path: string, form: string) => Promise<Sent>,
  ) {}

  static async begin(options: SandboxOptions = {}, sendOne: typeof plainly = plainly): Promise<World> {
    const frozen = { seed: 'histories', startTime: new Date('2025-03-01T10:00:00Z'), ...options };
    const world = new World(await checkedSandbox(frozen), sendOne);
    world.customer = (await world.post('/v1/customers', 'name=A')).id as string;
    return world;
  }

  async play(steps: readonly Step[], after: (step: Step) => unknown = () => undefined): Promise<void> {
    for (const step of steps) {
      await this.take(step);
      await after(step);
    }
  }

  async end(): Promise<void> {
    await this.sandbox.stop();
    expect(this.sandbox.control.violations()).to.deep.equal([]);
  }

  async post(path: string, form: string): Promise<Record<string, unknown>> {
    const sent = await this.sendOne(this, path, form);
    this.sent.push(sent);
    // A refusal is a part of the history; a failure of the sandbox is not.
    expect(sent.status, sent.body).to.be.oneOf([200, 400, 402]);
    return JSON.parse(sent.body) as Record<string, unknown>;
  }

  private async take(step: Step): Promise<void> {
    if (step.do === 'idle') return this.sandbox.idle();
    if (step.do === 'advance') return this.sandbox.control.clock.advance(step.days * DAY_MS);
    if (step.do === 'create') return this.createByCard(step);
    if (step.do === 'debit') return this.createByDebit(step);
    const intent = this.intents[step.at % Math.max(1, this.intents.length)];
    if (!intent) return;
    const path = `/v1/payment_intents/${intent.id}`;
    const part =
      'percent' in step && step.percent !== null && Math.ceil((intent.amount * step.percent) / 100);
    switch (step.do) {
      case 'confirm':
        await this.post(`${path}/confirm`, `payment_method=${step.card}&return_url=${RETURN_URL}`);
        return;
      case 'capture':
        await this.post(`${path}/capture`, part ? `amount_to_capture=${part}` : '');
        return;
      case 'refund':
        await this.post('/v1/refunds', `payment_intent=${intent.id}${part ? `&amount=${part}` : ''}`);
        return;
      case 'cancel':
        await this.post(`${path}/cancel`, '');
        return;
      case 'evidence':
      case 'close':
        return this.answerDispute(intent.id, step);
      default:
        return this.happen(intent.id, step);
    }
  }

  private createByCard(step: Step & { do: 'create' }): Promise<void> {
    const customer = step.saved ? this.customer : null;
    return this.create(
      step.amount,
      `currency=${step.currency}&capture_method=${step.capture}&payment_method=${step.card}` +
        (customer ? `&customer=${customer}` : ''),
    );
  }

  private createByDebit(step: Step & { do: 'debit' }): Promise<void> {
    return this.create(
      step.amount,
      `currency=eur&payment_method_types[]=sepa_debit&payment_method_data[type]=sepa_debit` +
        `&payment_method_data[sepa_debit][iban]=${step.iban}&payment_method_data[billing_details][name]=Ada` +
        '&payment_method_data[billing_details][email]=ada@example.org' +
        '&mandate_data[customer_acceptance][type]=offline',
    );
  }

  private async create(amount: number, rest: string): Promise<void> {
    const made = await this.post(
      '/v1/payment_intents',
      `amount=${amount}&confirm=true&return_url=${RETURN_URL}&${rest}`,
    );
    const failed = (made.error as { payment_intent?: Stripe.PaymentIntent } | undefined)?.payment_intent;
    const id = (made.id ?? failed?.id) as string | undefined;
    if (id !== undefined) this.intents.push({ id, amount });
  }

  private async answerDispute(intent: string, step: Step): Promise<void> {
    const dispute = this.sandbox.control.objects('dispute').find((found) => found.payment_intent === intent);
    if (!dispute) return;
    if (step.do === 'evidence')
      await this.post(`/v1/disputes/${dispute.id}`, `evidence[uncategorized_text]=${step.text}`);
    else await this.post(`/v1/disputes/${dispute.id}/close`, '');
  }

  /** What cardholders and banks do. It is refused where it makes no sense. */
  private happen(intent: string, step: Step): void {
    const { control } = this.sandbox;
    const charge = control.object('payment_intent', intent)?.latest_charge;
    try {
      if (step.do === 'settle') control.settle(intent, step.outcome);
      if (step.do === 'authenticate') control.complete3ds(intent, step.outcome);
      if (step.do === 'dispute' && typeof charge === 'string')
        control.dispute(charge, { inquiry: step.inquiry });
    } catch (error) {
      expect(error).to.have.property('status', 400);
    }
  }
}

async function request(world: World, sent: Pick<Sent, 'form' | 'key' | 'path'>): Promise<Sent> {
  const response = await fetch(`${world.sandbox.url}${sent.path}`, {
    method: 'POST',
    body: sent.form,
    headers: {
      authorization: `Bearer ${world.sandbox.secretKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': sent.key,
    },
  });
  return {
    ...sent,
    atMs: world.sandbox.control.clock.now(),
    status: response.status,
    body: await response.text(),
    replayed: response.headers.get('idempotent-replayed') === 'true',
  };
}

function plainly(world: World, path: string, form: string): Promise<Sent> {
  return request(world, { path, form, key: `request ${world.sent.length}` });
}

/** All that is stored, but for its own address and the ids of requests, of which a retry needs one more. */
function stateOf({ control, url }: Sandbox): Record<string, unknown> {
  const kinds = Object.entries(control.kinds()).flatMap(([kind, count]) => (count > 0 ? [kind as Kind] : []));
  const text = JSON.stringify(Object.fromEntries(kinds.sort().map((kind) => [kind, control.objects(kind)])));
  return JSON.parse(text.replaceAll(/req_\w+/g, 'req_').replaceAll(url, 'http://')) as Record<
    string,
    unknown
  >;
}

/** The same histories on every run, and never more than their time. */
function bounded(numRuns: number): fc.Parameters<unknown> {
  return { seed: 20_241_218, numRuns, interruptAfterTimeLimit: 20_000 };
}

describe('sandbox: properties of every history', function () {
  this.timeout(60_000);

  it('the balance of each currency is the sum of its transactions', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await World.begin();
        const stripe = sdk(world.sandbox);
        const check = async () => {
          const sums: Record<string, number> = {};
          for await (const { currency, net } of stripe.balanceTransactions.list({ limit: 100 }))
            sums[currency] = (sums[currency] ?? 0) + net;
          const { available, pending } = await stripe.balance.retrieve();
          const shown: Record<string, number> = {};
          for (const { amount, currency } of [...available, ...pending])
            shown[currency] = (shown[currency] ?? 0) + amount;
          expect(shown).to.deep.equal({ usd: 0, ...sums });
        };
        await world.play(steps, check);
        await world.sandbox.idle();
        await check();
        await world.end();
      }),
      bounded(25),
    );
  });

  it('refunds never exceed the charge, and refunds of customers never what was captured', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await World.begin();
        const { control } = world.sandbox;
        await world.play(steps, () => {
          for (const charge of control.objects('charge')) {
            const standing = control
              .objects('refund')
              .filter((refund) => refund.charge === charge.id && refund.status !== 'failed');
            const sum = (refunds: readonly Stripe.Refund[]) =>
              refunds.reduce((total, { amount }) => total + amount, 0);
            const ofCustomers = standing.filter(
              ({ destination_details: to }) => to?.card?.type !== 'reversal',
            );
            expect(sum(standing)).to.equal(charge.amount_refunded);
            expect(charge.amount_refunded).to.be.at.most(charge.amount);
            expect(charge.refunded).to.equal(charge.amount_refunded === charge.amount);
            expect(sum(ofCustomers)).to.be.at.most(charge.amount_captured);
          }
        });
        await world.end();
      }),
      bounded(60),
    );
  });

  it('replaying any request with its key changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (steps, settled) => {
        const world = await World.begin();
        await world.play(steps);
        if (settled) await world.sandbox.idle();
        const before = stateOf(world.sandbox);
        const now = world.sandbox.control.clock.now();
        // A key is forgotten after a day.
        const known = world.sent.filter(({ atMs }) => now - atMs < DAY_MS);
        for (const sent of known.reverse()) {
          const again = await request(world, sent);
          expect([again.status, again.body, again.replayed]).to.deep.equal([sent.status, sent.body, true]);
        }
        expect(stateOf(world.sandbox)).to.deep.equal(before);
        await world.end();
      }),
      bounded(40),
    );
  });

  it('a fault after the commit plus a retry with the same key equals no fault', async () => {
    const action = fc.constantFrom(
      { type: 'reset' as const },
      { type: 'status' as const, status: 503 },
      { type: 'status' as const, status: 500 },
    );
    const faults = fc.array(fc.option(action), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(history, faults, async (steps, cycle) => {
        const twice: typeof plainly = async (world, path, form) => {
          const next = cycle[world.sent.length % cycle.length];
          const { faults: rules } = world.sandbox.control;
          if (next) {
            rules.add({ match: { method: 'POST' }, when: 'after', action: next, times: 1 });
            const lost = await plainly(world, path, form).catch(() => undefined);
            expect(lost?.status).to.be.oneOf([undefined, 500, 503]);
            rules.clear();
          }
          return plainly(world, path, form);
        };
        const calm = await World.begin();
        const stormy = await World.begin({}, twice);
        await calm.play(steps);
        await stormy.play(steps);
        await Promise.all([calm.sandbox.idle(), stormy.sandbox.idle()]);
        expect(stateOf(stormy.sandbox)).to.deep.equal(stateOf(calm.sandbox));
        await Promise.all([calm.end(), stormy.end()]);
      }),
      bounded(25),
    );
  });

  /** A charge has no event of its own when it becomes disputed, nor when a refund of it failed. */
  const announced = (object: object, control: Sandbox['control']): object => {
    if (!('object' in object) || object.object !== 'charge') return object;
    const { id } = object as Stripe.Charge;
    const failed = control
      .objects('refund')
      .some(({ charge, status }) => charge === id && status === 'failed');
    return { ...object, disputed: null, ...(failed && { amount_refunded: null, refunded: null }) };
  };

  it('what the API shows of an object is what its latest event said', async () => {
    const kinds = [
      'charge',
      'customer',
      'dispute',
      'early_fraud_warning',
      'payment_intent',
      'refund',
    ] as const;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await World.begin();
        const { control } = world.sandbox;
        await world.play(steps, () => {
          const told = new Map<string | undefined, object>();
          for (const { data } of control.events()) told.set(data.object.id, data.object);
          for (const kind of kinds)
            for (const object of control.objects(kind)) {
              const latest = told.get(object.id);
              expect(latest && announced(latest, control), `${kind} ${object.id}`).to.deep.equal(
                announced(object, control),
              );
            }
        });
        await world.end();
      }),
      bounded(50),
    );
  });

  it('the state after a restart from the data file equals the state before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guichet-histories-'));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        run += 1;
        const dataFile = join(folder, `${run}.log`);
        const world = await World.begin({ dataFile });
        await world.play(steps);
        const before = stateOf(world.sandbox);
        const { accountId, port, secretKey, webhookSecret } = world.sandbox;
        const now = world.sandbox.control.clock.now();
        await world.end();
        const again = await checkedSandbox({ dataFile, port, startTime: new Date('2025-03-01T10:00:00Z') });
        expect(again).to.include({ accountId, secretKey, webhookSecret });
        expect(again.control.clock.now()).to.equal(now);
        expect(stateOf(again)).to.deep.equal(before);
        const balance = await sdk(again).balance.retrieve();
        expect(balance.object).to.equal('balance');
        await again.stop();
      }),
      bounded(20),
    );
    rmSync(folder, { recursive: true });
  });

  it('paging forwards equals paging backwards reversed, for every list, page size and filter', async () => {
    const world = await World.begin();
    await world.play(fc.sample(create, { numRuns: 30, seed: 7 }));
    await world.play(fc.sample(step, { numRuns: 60, seed: 8 }));
    await world.sandbox.idle();
    const stripe = sdk(world.sandbox);
    const [customer] = world.sandbox.control.objects('customer');
    const created = world.sandbox.control.objects('charge').at(15)?.created ?? 0;
    type Lister = (page: Stripe.PaginationParams) => Promise<Stripe.ApiList<{ id: string }>>;
    const lists: Record<string, Lister> = {
      intents: (page) => stripe.paymentIntents.list(page),
      'intents of a customer': (page) =>
        stripe.paymentIntents.list({ ...page, customer: customer?.id ?? '' }),
      'charges before a time': (page) => stripe.charges.list({ ...page, created: { lt: created + 1 } }),
      'charges since a time': (page) => stripe.charges.list({ ...page, created: { gte: created } }),
      refunds: (page) => stripe.refunds.list(page),
      disputes: (page) => stripe.disputes.list(page),
      'refund transactions': (page) => stripe.balanceTransactions.list({ ...page, type: 'refund' }),
      events: (page) => stripe.events.list(page),
      'events of a type': (page) => stripe.events.list({ ...page, type: 'charge.*' }),
    };
    const walk = async (lister: Lister, limit: number, cursor: 'ending_before' | 'starting_after') => {
      const forwards = cursor === 'starting_after';
      const all: string[] = [];
      let page: Stripe.PaginationParams = { limit };
      if (!forwards) {
        const oldest = (await walk(lister, 100, 'starting_after')).at(-1);
        if (oldest === undefined) return all;
        all.push(oldest);
        page = { limit, ending_before: oldest };
      }
      for (;;) {
        const { data, has_more } = await lister(page);
        const ids = data.map(({ id }) => id);
        expect(ids.length).to.be.at.most(limit);
        all.push(...(forwards ? ids : ids.reverse()));
        const next = all.at(-1);
        if (!has_more || next === undefined) return all;
        page = { limit, [cursor]: next };
      }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(lists)),
        fc.integer({ min: 1, max: 25 }),
        async (name, limit) => {
          const lister = lists[name] as Lister;
          const forwards = await walk(lister, limit, 'starting_after');
          expect(forwards.length, name).to.be.above(0);
          expect(new Set(forwards).size).to.equal(forwards.length);
          expect((await walk(lister, limit, 'ending_before')).reverse()).to.deep.equal(forwards);
        },
      ),
      bounded(40),
    );
    await world.end();
  });
});
