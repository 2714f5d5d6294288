import Stripe from 'stripe';
import { eventually } from './eventually.js';
import { type Stack, startStack } from './stack.js';

/** A stack on the sandbox, or on a real test account; the tests on it do not know which. */
export interface StripeStack {
  stack: Stack;
  /** How long a state may take to come: an event of Stripe is listed after some seconds. */
  patienceMs: number;
  stop(): Promise<void>;
}

const POLL_MS = 1000;

/** What `npm run test:stripe` is told; null without the script, or without a key: then there is the sandbox. */
function realAccount(): { key: string; baseUrl: string } | null {
  const { GUICHET_STRIPE_TESTS: asked, STRIPE_SECRET_KEY: key, STRIPE_API_BASE_URL: baseUrl } = process.env;
  if (asked === undefined || key === undefined || key === '') return null;
  if (!/^(sk|rk)_test_/.test(key))
    throw new Error('test:stripe takes a test key alone: sk_test_… or rk_test_…');
  return { key, baseUrl: baseUrl ?? 'https://api.stripe.com' };
}

export async function startStripeStack(): Promise<StripeStack> {
  const account = realAccount();
  if (account === null) {
    const stack = await startStack();
    return { stack, patienceMs: 10_000, stop: () => stack.stop() };
  }
  const stack = await startStack({
    webhooks: 'by-hand',
    environment: {
      STRIPE_SECRET_KEY: account.key,
      STRIPE_API_BASE_URL: account.baseUrl,
      STRIPE_CALL_TIMEOUT_MS: '20000',
      STRIPE_CONFIRM_TIMEOUT_MS: '20000',
      STRIPE_TIME_BUDGET_MS: '40000',
    },
  });
  const poller = deliverEvents(clientOf(account), stack);
  return {
    stack,
    patienceMs: 60_000,
    async stop() {
      await poller.stop();
      await stack.stop();
    },
  };
}

function clientOf({ key, baseUrl }: { key: string; baseUrl: string }): Stripe {
  const { hostname, port, protocol } = new URL(baseUrl);
  const secure = protocol === 'https:';
  return new Stripe(key, {
    host: hostname,
    port: port || (secure ? 443 : 80),
    protocol: secure ? 'https' : 'http',
    maxNetworkRetries: 2,
    telemetry: false,
  });
}

/** Stripe cannot reach a laptop: its events are asked for, signed anew and posted, the oldest first. */
function deliverEvents(stripe: Stripe, stack: Stack): { stop(): Promise<void> } {
  const since = Math.floor(Date.now() / 1000) - 5;
  const delivered = new Set<string>();
  let stopped = false;
  async function round(): Promise<void> {
    const events = await stripe.events
      .list({ created: { gte: since }, limit: 100 })
      .autoPagingToArray({ limit: 1000 });
    for (const event of events.filter(({ id }) => !delivered.has(id)).reverse()) {
      const response = await stack.postEvent(event);
      if (response.ok) delivered.add(event.id);
    }
  }
  const ended = (async () => {
    while (!stopped) {
      await round();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  })();
  return {
    stop() {
      stopped = true;
      return ended;
    },
  };
}

/** Asks until the answer is as wanted, with the patience that its Stripe needs. */
export function comesTrue<T>(
  { patienceMs }: StripeStack,
  read: () => Promise<T>,
  ready: (value: T) => boolean,
): Promise<T> {
  return eventually(read, ready, patienceMs);
}
