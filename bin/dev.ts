import { randomBytes } from 'node:crypto';
import { startDevEnvironment } from '../embedded/dev-environment.js';
import { firstScreen, SAMPLE_ORDER } from '../embedded/first-screen.js';
import { freePort } from '../embedded/free-port.js';
import { mailPage } from '../embedded/mail-page.js';
import { requireTestKey, startListening } from '../src/cli/listen.js';
import { untilSignal } from '../src/cli/until-signal.js';
import {
  type CompleteConfig,
  type Config,
  ConfigError,
  type Environment,
  loadConfig,
  requireComplete,
} from '../src/config/env.js';
import { connectDatabase } from '../src/db/connect.js';
import { migrateUp } from '../src/db/migrate.js';
import { scopes } from '../src/domain/rows/api-key.js';
import { createRepositories } from '../src/repositories/repositories.js';
import { type Service, startService } from '../src/service.js';
import { saveApiKey } from '../src/services/access/api-keys.js';
import { checkoutUrl } from '../src/services/checkout/checkout-url.js';
import { systemClock } from '../src/utils/clock.js';

type DevEnvironment = Awaited<ReturnType<typeof startDevEnvironment>>;

export interface DevOptions {
  print: (...lines: string[]) => void;
  /** Fetches the events of a test account, so that Stripe need not reach this machine. */
  listen: boolean;
}

/** Brings up what is not configured, then the service, and shows how to use it. Runs until it is told to stop. */
export async function dev(environment: Environment, { print, listen }: DevOptions): Promise<void> {
  const given = withListening(loadConfig(environment, { command: 'dev' }), listen ? 'listens' : 'is told');
  const parts = await startDevEnvironment({ config: given, env: environment, onProgress: print });
  try {
    const config = await complete(given, parts);
    await prepareDatabase(config, parts.apiKey);
    const service = await startService(config, {
      role: 'all',
      extraRoutes: (app) => app.use('/dev/mail', mailPage(parts.mailDir)),
    });
    try {
      const localUrl = `http://${config.server.host}:${service.port}`;
      const baseUrl = config.server.publicUrl ?? localUrl;
      const checkout = config.checkout && (await sampleCheckout(service));
      // Where the sandbox reaches us: a public address may lead somewhere that it cannot go.
      await parts.announce({ baseUrl: localUrl });
      const told = untilSignal();
      print(firstScreen({ baseUrl, apiKey: parts.apiKey, embedded: parts.embedded, checkout }));
      const listening = listen ? startListening(service.container.dependencies, print) : null;
      await told;
      await listening?.stop();
      print('Stopping: requests and batches under way end first.');
    } finally {
      await service.stop();
    }
  } finally {
    await parts.stop();
  }
}

/**
 * Whoever listens needs no webhook: then a secret that nobody knows is one under which nothing is accepted. Throws where
 * events of a real account would reach nobody, and for a key that is not to be listened with.
 */
function withListening(given: Config, events: 'is told' | 'listens'): Config {
  const { secretKey, webhookSecrets } = given.stripe;
  if (events === 'listens') requireTestKey(secretKey);
  if (secretKey === null || webhookSecrets.length > 0) return given;
  if (events === 'is told')
    throw new ConfigError([
      {
        name: 'STRIPE_WEBHOOK_SECRETS',
        message: 'is required with STRIPE_SECRET_KEY; with a test key, `guichet dev --listen` needs none',
      },
    ]);
  return {
    ...given,
    stripe: { ...given.stripe, webhookSecrets: [`whsec_${randomBytes(24).toString('hex')}`] },
  };
}

/** The return address must be known before the service listens, so a free port is chosen here. */
async function complete(given: Config, parts: DevEnvironment): Promise<CompleteConfig> {
  const port = given.server.port || (await freePort());
  const { publishableKey, baseUrl: stripeUrl } = parts.stripe;
  const returnUrl = given.payments.returnUrl ?? `http://127.0.0.1:${port}/docs`;
  return requireComplete({
    ...given,
    server: {
      ...given.server,
      port,
      publicUrl: given.server.publicUrl ?? `http://${given.server.host}:${port}`,
    },
    // The sandbox's page and script go together: a real publishable key would open nothing there.
    checkout: publishableKey ? { publishableKey, jsUrl: `${stripeUrl}/v3/` } : given.checkout,
    mongodb: { ...given.mongodb, uri: parts.mongodbUri },
    stripe: {
      ...given.stripe,
      secretKey: parts.stripe.secretKey,
      apiBaseUrl: parts.stripe.baseUrl,
      mode: given.stripe.mode ?? 'test',
      webhookSecrets: withFirst(parts.stripe.webhookSecret, given.stripe.webhookSecrets),
      connectWebhookSecrets: withFirst(parts.stripe.connectWebhookSecret, given.stripe.connectWebhookSecrets),
    },
    payments: { returnUrl, returnHosts: [...given.payments.returnHosts, new URL(returnUrl).host] },
  });
}

function withFirst(secret: string | null, others: string[]): string[] {
  return secret === null ? others : [secret, ...others];
}

/** An order to try the checkout page with: each start makes one, since the last one may be paid. */
async function sampleCheckout({ container }: Service): Promise<string | null> {
  const { useCases, config } = container;
  const actor = { type: 'system' as const, id: 'guichet dev' };
  const order = await useCases.createOrder(SAMPLE_ORDER, { requestId: 'dev', actor, idempotency: null });
  return checkoutUrl(config.server.publicUrl)(order);
}

async function prepareDatabase(config: CompleteConfig, apiKey: string): Promise<void> {
  const database = await connectDatabase(config.mongodb);
  try {
    await migrateUp(database);
    const repositories = createRepositories(database);
    await saveApiKey(
      { repositories, clock: systemClock },
      { key: apiKey, name: 'guichet dev', scopes: [...scopes] },
    );
  } finally {
    await database.close();
  }
}
