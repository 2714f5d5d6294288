import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.js';

export const RETURN_URL = 'https://shop.example/return';

/** The official SDK, as any user of the sandbox sets it up. */
export function sdk(
  sandbox: Pick<Sandbox, 'port' | 'secretKey'>,
  config: Partial<Stripe.StripeConfig> = {},
): Stripe {
  return new Stripe(sandbox.secretKey, {
    host: '127.0.0.1',
    port: sandbox.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  });
}

/** A sandbox that compares everything it says with the contract. */
export function checkedSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({ fidelityChecks: true, asyncDelayMs: 5, ...options });
}

/** What each test of a `describe` gets. */
interface Opened {
  sandbox: Sandbox;
  stripe: Stripe;
}

async function opened(options?: SandboxOptions): Promise<Opened> {
  const sandbox = await checkedSandbox(options);
  return { sandbox, stripe: sdk(sandbox) };
}

/** One sandbox for all tests of a `describe`; none of them may make it break its contract. */
export function sandboxForAll(give: (opened: Opened) => void, options?: SandboxOptions): void {
  let sandbox: Sandbox;
  before(async () => {
    const all = await opened(options);
    ({ sandbox } = all);
    give(all);
  });
  after(() => sandbox.stop());
  afterEach(() => assert.deepEqual(sandbox.control.violations(), []));
}

/** A sandbox of its own for each test of a `describe`; none of them may make it break its contract. */
export function sandboxForEach(give: (opened: Opened) => void, options?: SandboxOptions): void {
  let sandbox: Sandbox;
  beforeEach(async () => {
    const one = await opened(options);
    ({ sandbox } = one);
    give(one);
  });
  afterEach(async () => {
    const violations = sandbox.control.violations();
    await sandbox.stop();
    assert.deepEqual(violations, []);
  });
}

/** What the promise was rejected with, which is how the SDK reports an error of the API. */
export async function errorOf(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await promise;
  } catch (error) {
    return error as Stripe.errors.StripeError;
  }
  throw new Error('it was expected to fail');
}

export interface Hook {
  url: string;
  /** Verified with the SDK, in order of arrival. */
  events: Stripe.Event[];
  bodies: string[];
  headers: Record<string, string | string[] | undefined>[];
  /** The status to answer; a function sees how many came before. */
  respond: (count: number) => number;
  close(): Promise<void>;
}

/** An endpoint that verifies each delivery as an application would. */
export async function listen(stripe: Stripe, secret: () => string): Promise<Hook> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = hook.respond(hook.bodies.length);
      const body = Buffer.concat(chunks);
      hook.bodies.push(body.toString('utf8'));
      hook.headers.push(request.headers);
      const signature = String(request.headers['stripe-signature']);
      if (status < 300) hook.events.push(stripe.webhooks.constructEvent(body, signature, secret()));
      response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook: Hook = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    events: [],
    bodies: [],
    headers: [],
    respond: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hook;
}

/** Waits for a condition, never for a time. */
export async function until(condition: () => boolean | Promise<boolean>, deadlineMs = 5000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function paid(
  stripe: Stripe,
  params: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    return_url: RETURN_URL,
    ...params,
  });
}

/** A request without the SDK, for what the SDK would never send. */
export async function raw(
  sandbox: Sandbox,
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; body: string; error: Record<string, unknown> | undefined }> {
  const headers = {
    authorization: `Bearer ${sandbox.secretKey}`,
    ...(init.body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...init.headers,
  };
  const response = await fetch(`${sandbox.url}${path}`, { ...init, headers });
  const body = await response.text();
  const parsed = body.startsWith('{') ? (JSON.parse(body) as { error?: Record<string, unknown> }) : {};
  return { status: response.status, headers: response.headers, body, error: parsed.error };
}
