import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import express from 'express';
import Stripe from 'stripe';
import { startSandbox } from '../../sandbox/start-sandbox.js';
import { loadConfig } from '../../src/config/env.js';
import { startService } from '../../src/service.js';
import { prepareDatabase } from '../../tests/support/stack.js';

export interface Address {
  url: string;
  key: string;
}

/** Where the sandbox is, and MongoDB: a target that is not the sandbox needs them. */
export interface Surroundings {
  sandbox: Address;
  mongodbUri: string;
}

interface Running extends Address {
  stop(): Promise<void>;
}

const { values } = parseArgs({ options: { kind: { type: 'string' }, around: { type: 'string' } } });

async function sandboxTarget(): Promise<Running> {
  const sandbox = await startSandbox();
  return { url: sandbox.url, key: sandbox.secretKey, stop: () => sandbox.stop() };
}

/** What somebody writes who only forwards: the SDK, no database, no key, nothing that survives. */
async function bareTarget({ sandbox }: Surroundings): Promise<Running> {
  const { hostname, port } = new URL(sandbox.url);
  const stripe = new Stripe(sandbox.key, { host: hostname, port, protocol: 'http', telemetry: false });
  const app = express();
  app.post('/api/payments/create-intent', express.json(), async (req, res) => {
    const { amount, currency } = req.body as { amount: number; currency: string };
    const intent = await stripe.paymentIntents.create({
      amount,
      currency,
      automatic_payment_methods: { enabled: true },
    });
    const { id, status, client_secret: clientSecret } = intent;
    res.status(201).json({ id, status, amount, currency, clientSecret });
  });
  app.get('/api/payments/:id/status', async (req, res) => {
    const { id, status, amount, currency } = await stripe.paymentIntents.retrieve(req.params.id);
    res.json({ id, status, amount, currency });
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: 'none',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** With Redis, as in production, where one is given: API keys are cached there. */
function redisSettings(): Record<string, string> {
  const url = process.env.REDIS_URL;
  return url ? { REDIS_URL: url, REDIS_KEY_PREFIX: `bench_${randomUUID().slice(0, 8)}:` } : { REDIS: 'off' };
}

/** The API alone: what the worker does afterwards is no part of an answer. */
async function guichetTarget({ sandbox, mongodbUri }: Surroundings): Promise<Running> {
  const environment = {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    MONGODB_URI: mongodbUri,
    MONGODB_DB_NAME: `bench_${randomUUID().slice(0, 8)}`,
    STRIPE_SECRET_KEY: sandbox.key,
    STRIPE_MODE: 'test',
    STRIPE_API_BASE_URL: sandbox.url,
    STRIPE_WEBHOOK_SECRETS: 'whsec_bench',
    PAYMENT_RETURN_URL: 'https://shop.example/return',
    RECEIPTS: 'off',
    ...redisSettings(),
    // The pace that Stripe's test mode allows would be most of what is measured.
    STRIPE_REQUESTS_PER_SECOND: '10000',
  };
  const key = await prepareDatabase(environment);
  const service = await startService(loadConfig(environment, { command: 'serve' }), { role: 'api' });
  return {
    url: `http://127.0.0.1:${service.port}`,
    key,
    stop: async () => void (await service.stop()),
  };
}

const around = JSON.parse(values.around ?? '{}') as Surroundings;
const kinds = { sandbox: sandboxTarget, bare: bareTarget, guichet: guichetTarget };
const target = await kinds[values.kind as keyof typeof kinds](around);

process.on('message', () => {
  process.send?.({ url: target.url, key: target.key } satisfies Address);
});
process.on('disconnect', () => void target.stop());
