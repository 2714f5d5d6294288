import { ConfigError, type Environment, loadConfig } from '../config/env.js';
import { modeOfKey } from '../config/find-conflicts.js';
import { createContainer } from '../container.js';
import { type Loop, startLoop } from '../jobs/loop.js';
import { createLogger } from '../observability/logger.js';
import { createListen, type HeardEvent } from '../services/stripe/sync/listen.js';
import type { PollDependencies } from '../services/stripe/sync/poll-events.js';
import { untilSignal } from './until-signal.js';

type Print = (...lines: string[]) => void;

const EVERY_MS = 2000;
/** A little less, so that no look comes too early. */
const INTERVAL_MS = 1500;

/**
 * Fetches the events of a test account every two seconds, for an instance that works on the same database and that
 * Stripe cannot reach. Runs until it is told to stop. Throws for a live key, and when something is not configured.
 */
export async function listen(environment: Environment, print: Print): Promise<void> {
  const { mongodb, stripe, payments, ...config } = loadConfig(environment, { command: 'dev' });
  const { uri } = mongodb;
  const secretKey = requireTestKey(stripe.secretKey);
  if (uri === null) throw new ConfigError([{ name: 'MONGODB_URI', message: 'is required by this command' }]);
  const complete = {
    ...config,
    mongodb: { ...mongodb, uri },
    stripe: { ...stripe, secretKey, mode: 'test' as const },
    // Nothing is confirmed here.
    payments: { ...payments, returnUrl: payments.returnUrl ?? 'http://127.0.0.1' },
  };
  const container = await createContainer(complete, { logger: createLogger({ level: 'silent' }) });
  try {
    const told = untilSignal();
    const loop = startListening(container.dependencies, print);
    print(`Listening to account ${container.platform.stripeAccountId}. Ctrl-C ends it.`);
    await told;
    await loop.stop();
  } finally {
    await container.close();
  }
}

/** Polls until it is stopped, and prints a line for each event. */
export function startListening(dependencies: PollDependencies, print: Print): Loop {
  const logger = { warn: (_: object, message: string) => print(message) };
  const look = createListen({ ...dependencies, logger }, printTo(print), { intervalMs: INTERVAL_MS });
  return startLoop({
    name: 'listen',
    idleMs: EVERY_MS,
    logger,
    async run() {
      await look();
      return 'idle';
    },
  });
}

/** Throws for anything but a test key. */
export function requireTestKey(secretKey: string | null): string {
  if (secretKey === null)
    throw new ConfigError([
      { name: 'STRIPE_SECRET_KEY', message: 'is required to listen; the local Stripe delivers by itself' },
    ]);
  if (modeOfKey(secretKey) !== 'test')
    throw new Error(
      'Listening takes a test key (sk_test_… or rk_test_…). In live mode let Stripe post to your endpoint: guichet webhooks sync. Workers look for what is lost by themselves.',
    );
  return secretKey;
}

/** Time, type, ids, and what was made of it. */
export function printTo(print: Print): HeardEvent {
  return (row, outcome) => {
    const { _id, type, objectId, created } = row;
    print(`${created.toISOString()}  ${type}  ${_id}  ${objectId ?? '-'}  ${fateOf(outcome)}`);
  };
}

function fateOf(outcome: Parameters<HeardEvent>[1]): string {
  if (outcome === null) return 'pending: is a worker running on this database?';
  const { status, decision, reason, error } = outcome;
  if (error !== null) return `${status}: ${error.message}`;
  return [status, decision, reason].filter(Boolean).join(' ');
}
