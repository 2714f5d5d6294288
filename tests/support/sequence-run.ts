import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer } from './api-client.js';
import { newOrder } from './payment-steps.js';
import { faultOf, type Sequence, type Step, tellStep } from './sequence-steps.js';
import type { Stack } from './stack.js';
import { inboxSettled, noOperationOpen } from './webhooks.js';

const CARDS = {
  good: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  '3ds': 'pm_card_threeDSecure2Required',
};
const PATHS = {
  create: '/v1/payment_intents',
  confirm: '/v1/payment_intents/*/confirm',
  capture: '/v1/payment_intents/*/capture',
  cancel: '/v1/payment_intents/*/cancel',
  refund: '/v1/refunds',
};
const INSIST_MS = 30_000;
const PAUSE_MS = 60;

type AskedStep = Exclude<Step, { do: 'restart' | 'authenticate' }>;
type Answer = ApiAnswer<{ id?: string }>;

/** One request of the API with one Idempotency-Key, and all that was answered to it. */
export interface Request {
  step: AskedStep;
  ask(): Promise<Answer>;
  answers: Answer[];
}

export interface Ran {
  orderId: string;
  paymentIds: string[];
  requests: Request[];
  /** What happened, a line a step. */
  story: string[];
}

export const isFinal = (answer: Answer | undefined): boolean => answer?.headers.get('Retry-After') === null;

/** Makes the steps one after another, and returns when nothing is under way any more. */
export async function runSequence(stack: Stack, { webhooks, steps }: Sequence): Promise<Ran> {
  const { deliveries } = stack.sandbox.control;
  deliveries.set({
    hold: webhooks === 'at the end',
    duplicate: webhooks === 'twice' ? 1 : 0,
    reorder: webhooks === 'in another order',
  });
  const { id: orderId } = await newOrder(stack.api);
  const ran: Ran = { orderId, paymentIds: [], requests: [], story: [`webhooks ${webhooks}`] };
  for (const step of steps) await make(stack, step, ran);
  for (const request of ran.requests) if (!isFinal(request.answers.at(-1))) await insist(request);
  deliveries.set({ hold: false });
  await deliveries.release();
  await stack.sandbox.idle();
  await noOperationOpen(stack);
  await inboxSettled(stack);
  return ran;
}

async function make(stack: Stack, step: Step, ran: Ran): Promise<void> {
  if (step.do === 'restart') {
    await stack.restart();
    ran.story.push(tellStep(step));
  } else if (step.do === 'authenticate') await authenticate(stack, step.outcome, ran);
  else await request(stack, step, ran);
}

async function request(stack: Stack, step: AskedStep, ran: Ran): Promise<void> {
  const ask = askOf(stack, step, ran);
  if (!ask) return;
  const one: Request = { step, ask, answers: [] };
  ran.requests.push(one);
  const { faults } = stack.sandbox.control;
  if (step.trouble) faults.add(faultOf(step.trouble, PATHS[step.do]));
  one.answers.push(await ask());
  faults.clear();
  if (step.caller === 'insists') await insist(one);
  const paymentId = step.do === 'create' ? madeBy(one.answers.at(-1)) : undefined;
  if (paymentId && !ran.paymentIds.includes(paymentId)) ran.paymentIds.push(paymentId);
  ran.story.push(`${tellStep(step)}: ${one.answers.map(tell).join(', ')}`);
}

/** The payment that a create is about: told also to whom its outcome is not. */
function madeBy(answer: Answer | undefined): string | undefined {
  if (!answer || answer.status < 300) return answer?.body.id;
  const { paymentId } = answer.problem;
  return typeof paymentId === 'string' ? paymentId : undefined;
}

const tell = (answer: Answer): string =>
  answer.status < 300 ? String(answer.status) : `${answer.status} ${answer.problem.code}`;

async function insist(request: Request): Promise<void> {
  const deadline = performance.now() + INSIST_MS;
  while (!isFinal(request.answers.at(-1))) {
    if (performance.now() > deadline)
      throw new Error(`No final answer: ${request.answers.map(tell).join(', ')}`);
    await delay(PAUSE_MS);
    request.answers.push(await request.ask());
  }
}

/** Null while there is no payment that it could be asked for. A restart gives the stack another client. */
function askOf(stack: Stack, step: AskedStep, ran: Ran): (() => Promise<Answer>) | null {
  const options = { idempotencyKey: randomUUID() };
  const paymentId = ran.paymentIds.at(-1);
  if (step.do === 'create') {
    const body = { orderId: ran.orderId, captureMethod: step.capture };
    return () => stack.api.createIntent(body, options);
  }
  if (!paymentId) return null;
  const amount = 'amount' in step && step.amount !== 'all' ? { amount: step.amount } : {};
  switch (step.do) {
    case 'confirm':
      return () => stack.api.confirm({ paymentId, paymentMethodId: CARDS[step.card] }, options);
    case 'capture':
      return () => stack.api.capture(paymentId, amount, options);
    case 'cancel':
      return () => stack.api.cancelPayment(paymentId, {}, options);
    case 'refund':
      return () => stack.api.refund({ paymentId, ...amount }, options);
  }
}

/** What the customer does at the bank, if the bank has asked. */
async function authenticate(stack: Stack, outcome: 'approve' | 'fail', ran: Ran): Promise<void> {
  const paymentId = ran.paymentIds.at(-1);
  if (!paymentId) return;
  const row = await stack.rows('payments').findOne({ _id: paymentId });
  const intent = stack.sandbox.control.object('payment_intent', String(row?.stripe.paymentIntentId));
  if (intent?.status !== 'requires_action') return;
  stack.sandbox.control.complete3ds(intent.id, outcome);
  ran.story.push(`authenticate ${outcome}`);
}
