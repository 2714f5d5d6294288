import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, call } from './api.js';
import { latestEvent, postEvent } from './events.js';
import { type Instance, runningInstance } from './running-instance.js';

type Print = (line: string) => void;

const WAIT_MS = 15_000;
const POLL_MS = 100;

/** Tells the story of one purchase against the running instance, step by step. Throws where it does not go as told. */
export async function demo(options: { home: string; env: NodeJS.ProcessEnv }, print: Print): Promise<void> {
  const running = await runningInstance(options, print);
  try {
    print(`Guichet at ${running.instance.baseUrl}`);
    await story(running.instance, print);
    print('\nThe order is paid, one receipt went out, the refund is booked.');
  } finally {
    await running.stop();
  }
}

async function story(instance: Instance, print: Print): Promise<void> {
  const request = async (step: string, path: string, body?: Record<string, unknown>): Promise<Answer> => {
    print(`\n${step}`);
    print(`  ${body ? 'POST' : 'GET'} ${path}${body ? `  ${JSON.stringify(body)}` : ''}`);
    const answer = await call(instance, path, body);
    print(`  ${answer.status}  ${summary(answer.body)}`);
    return answer;
  };

  const order = await request('1. An order of two lamps', '/api/orders', {
    userId: 'user_demo',
    currency: 'eur',
    items: [{ name: 'Lamp', unitAmount: 2450, quantity: 2 }],
    receiptEmail: 'customer@example.com',
  });
  const orderId = textOf(order, 'id');

  const intent = await request('2. Its payment', '/api/payments/create-intent', { orderId });
  const paymentId = textOf(intent, 'id');

  const confirm = { paymentId, paymentMethodId: 'pm_card_chargeDeclined' };
  const declined = await request('3. A card that is declined', '/api/payments/confirm', confirm);
  expectThat(declined.status === 402, 'the card should have been declined');

  const good = { paymentId, paymentMethodId: 'pm_card_visa' };
  const confirmed = await request('4. A good card', '/api/payments/confirm', good);
  expectThat(confirmed.body.status === 'succeeded', 'the payment should have succeeded');

  print('\n5. The signed webhook');
  const event = await latestEvent(instance, { type: 'payment_intent.succeeded', paymentIntentOf: intent });
  print(`  Stripe sends ${event.id} (${event.type})`);
  const paid = await until(
    () => call(instance, `/api/orders/${orderId}`),
    (answer) => answer.body.status === 'paid',
  );
  print(`  the order is ${String(paid.body.status)}`);

  print('\n6. The receipt');
  const mails = await until(
    () => receipts(instance, paymentId),
    (found) => found.length > 0,
  );
  print(`  ${mails.join(', ')}: see ${instance.baseUrl}/dev/mail`);

  const refunded = await request('7. One lamp comes back', '/api/payments/refund', {
    paymentId,
    amount: 2450,
  });
  expectThat(refunded.status === 201, 'the refund should have been made');

  print('\n8. Stripe sends the same webhook again');
  const before = await picture(instance, orderId, paymentId);
  const status = await postEvent(instance, event);
  print(`  ${status}  {"received":true}`);
  expectThat(status === 200, 'a duplicate should be acknowledged');
  const after = await picture(instance, orderId, paymentId);
  expectThat(before === after, 'a duplicate should change nothing');
  print('  nothing has changed: same order, same payment, one receipt');
}

/** Everything that a duplicate could change. */
async function picture(instance: Instance, orderId: string, paymentId: string): Promise<string> {
  const order = await call(instance, `/api/orders/${orderId}`);
  const payment = await call(instance, `/api/payments/${paymentId}`);
  return JSON.stringify([order.body, payment.body, await receipts(instance, paymentId)]);
}

async function receipts({ mailDir }: Instance, paymentId: string): Promise<string[]> {
  const files = await readdir(mailDir).catch(() => []);
  return files.filter((file) => file.endsWith('.eml') && file.includes(paymentId));
}

async function until<T>(read: () => Promise<T>, ready: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const value = await read();
    if (ready(value)) return value;
    expectThat(performance.now() < deadline, `it did not happen within ${WAIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

function textOf({ status, body }: Answer, field: string): string {
  const value = body[field];
  if (typeof value === 'string') return value;
  throw new Error(`The API answered ${status}: ${JSON.stringify(body)}`);
}

function expectThat(condition: unknown, otherwise: string): void {
  if (!condition) throw new Error(`The story went wrong: ${otherwise}`);
}

/** What a person wants to see of an answer; client secrets are not shown. */
function summary(body: Record<string, unknown>): string {
  const shown = ['id', 'status', 'total', 'amount', 'currency', 'code', 'stripe', 'detail'];
  return JSON.stringify(Object.fromEntries(shown.flatMap((key) => (key in body ? [[key, body[key]]] : []))));
}
