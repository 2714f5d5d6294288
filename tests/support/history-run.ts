import type Stripe from 'stripe';
import type { StoredEvent } from '../../sandbox/store/kinds.js';
import { cardNamed, type Fate, type History, type HistoryStep, tellHistoryStep } from './history-steps.js';
import { openPurchase, type Purchase } from './purchases.js';
import { RETURN_URL, type Stack } from './stack.js';
import type { ShiftedClock } from './test-clock.js';

let customers = 0;

/** What was made at Stripe, and every event that it told of it, none of which has arrived. */
export interface Happened {
  customerId: string;
  purchases: Purchase[];
  events: StoredEvent[];
  /** A line a step. */
  story: string[];
}

interface World {
  stack: Stack;
  /** The service's, which moves with the sandbox's. */
  clock: ShiftedClock;
}

/** Makes a history happen at Stripe. What Stripe or our API refuses does not happen. */
export async function makeHappen(world: World, { captures, steps }: History): Promise<Happened> {
  const { stack } = world;
  const known = stack.sandbox.control.events().length;
  customers += 1;
  const userId = `history_${customers}`;
  const { body } = await stack.api.createCustomer({ userId, email: `${userId}@example.com`, name: 'First' });
  const customerId = body.id;
  const purchases: Purchase[] = [];
  for (const captureMethod of captures)
    purchases.push(await openPurchase(stack, { userId }, { captureMethod, customerId }));
  const story: string[] = [];
  for (const step of steps) {
    pass(world, step.secondsLater);
    const purchase = purchases[step.payment % purchases.length];
    if (!purchase) continue;
    story.push(`${tellHistoryStep(step)}: ${await make(stack, step, { ...purchase, customerId })}`);
    await stack.sandbox.idle();
  }
  return { customerId, purchases, events: stack.sandbox.control.events().slice(known), story };
}

function pass({ stack, clock }: World, seconds: number): void {
  stack.sandbox.control.clock.advance(seconds * 1000);
  clock.advance(seconds * 1000);
}

type Subject = Purchase & { customerId: string };

async function make(stack: Stack, step: HistoryStep, subject: Subject): Promise<string> {
  if (!('through' in step)) return refusable(() => elsewhere(stack, step, subject));
  if (step.through === 'Stripe') return refusable(() => atStripe(stack, step, subject.intentId));
  const { status } = await throughUs(stack, step, subject.paymentId);
  return String(status);
}

async function refusable(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Through = Extract<HistoryStep, { through: unknown }>;

function throughUs({ api }: Stack, step: Through, paymentId: string) {
  switch (step.do) {
    case 'pay':
      return api.confirm({ paymentId, paymentMethodId: cardNamed(step.card) });
    case 'capture':
      return api.capture(paymentId, amountOf(step));
    case 'refund':
      return api.refund({ paymentId, ...amountOf(step) });
    case 'cancel':
      return api.cancelPayment(paymentId, {});
  }
}

const amountOf = ({ amount }: { amount: number | 'all' }) => (amount === 'all' ? {} : { amount });

function atStripe({ stripe }: Stack, step: Through, intentId: string): Promise<unknown> {
  switch (step.do) {
    case 'pay':
      return stripe.paymentIntents.confirm(intentId, {
        payment_method: cardNamed(step.card),
        return_url: RETURN_URL,
      });
    case 'capture': {
      const { amount } = amountOf(step) as { amount?: number };
      return stripe.paymentIntents.capture(intentId, amount ? { amount_to_capture: amount } : {});
    }
    case 'refund':
      return stripe.refunds.create({ payment_intent: intentId, ...amountOf(step) });
    case 'cancel':
      return stripe.paymentIntents.cancel(intentId);
  }
}

async function elsewhere(
  stack: Stack,
  step: Exclude<HistoryStep, Through>,
  { intentId, customerId }: Subject,
): Promise<unknown> {
  if (step.do === 'authenticate') return stack.sandbox.control.complete3ds(intentId, step.outcome);
  const row = await stack.rows('customers').findOne({ _id: customerId });
  return stack.stripe.customers.update(String(row?.stripe.customerId), { name: step.name });
}

export interface Arrivals {
  /** In the order in which they arrive, what Stripe tells by a second event included. */
  arriving: { id: string }[];
  /** Delivered once more when all is over. */
  again: { id: string }[];
}

/** What the fates make of the events; the rest is lost. */
export function arrivalsOf(events: readonly StoredEvent[], fates: readonly Fate[]): Arrivals {
  const fated = events.map((event, index) => ({ event, fate: fates[index % fates.length] as Fate }));
  const told = fated.filter(({ fate }) => !fate.lost).sort((a, b) => a.fate.place - b.fate.place);
  return {
    arriving: told.flatMap(({ event, fate }) =>
      fate.twice === 'second event' ? [event, { ...event, id: `${event.id}_2` }] : [event],
    ),
    again: told.filter(({ fate }) => fate.twice === 'same event').map(({ event }) => event),
  };
}

/** Signed by the clock that the service has by now. */
export async function deliver(
  { stack, clock }: World,
  events: readonly object[],
  sign: Stripe['webhooks'],
): Promise<void> {
  await Promise.all(
    events.map(async (event) => {
      const payload = JSON.stringify(event);
      const timestamp = Math.floor(clock.now().getTime() / 1000);
      const header = sign.generateTestHeaderString({
        ...{ payload, timestamp, secret: stack.sandbox.webhookSecret },
      });
      const headers = { 'content-type': 'application/json', 'stripe-signature': header };
      const url = `${stack.baseUrl}/api/webhooks/stripe`;
      const { status } = await fetch(url, { method: 'POST', body: payload, headers });
      if (status !== 200) throw new Error(`An event was answered ${status}`);
    }),
  );
}
