import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Sandbox, startSandbox } from '../sandbox/start-sandbox.js';
import { keepApiKey } from './api-key.js';
import { lockHome } from './home-lock.js';
import { startMongod } from './mongod/start-mongod.js';
import { writePrivateFile } from './private-file.js';

/** What of the service's configuration decides which parts are embedded; null is "not configured". */
export interface DevConfig {
  paths: { home: string };
  mongodb: { uri: string | null };
  stripe: { secretKey: string | null; apiBaseUrl: string };
  receipts: { smtpUrl: string | null };
}

export interface DevEnvironmentOptions {
  config: DevConfig;
  env: NodeJS.ProcessEnv;
  /** Called with one line at a time when something takes long or goes wrong. */
  onProgress: (message: string) => void;
}

export interface EmbeddedParts {
  mongodb: boolean;
  stripe: boolean;
  mail: boolean;
}

export interface DevEnvironment {
  mongodbUri: string;
  /** Without the sandbox: what was configured, and null for what only the sandbox knows. */
  stripe: {
    baseUrl: string;
    secretKey: string;
    publishableKey: string | null;
    webhookSecret: string | null;
    connectWebhookSecret: string | null;
  };
  mailDir: string;
  apiKey: string;
  embedded: EmbeddedParts;
  /** Points the sandbox's webhooks at the API, which now listens, and writes dev.json. */
  announce(api: { baseUrl: string }): Promise<void>;
  /** Takes dev.json away and ends what was started here, last first. */
  stop(): Promise<void>;
}

const WEBHOOK_PATH = '/api/webhooks/stripe';
const CONNECT_WEBHOOK_PATH = `${WEBHOOK_PATH}/connect`;

/**
 * Brings up what is not configured: MongoDB, the Stripe sandbox, the mail folder.
 * @throws Error when another `guichet dev` runs on this home, or a part cannot be started; nothing is left running
 */
export async function startDevEnvironment(options: DevEnvironmentOptions): Promise<DevEnvironment> {
  const home = resolve(options.config.paths.home);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    closers.push((await lockHome(home)).release);
    return await bringUp(options, { home, closers, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Surroundings {
  home: string;
  closers: (() => Promise<void>)[];
  stop: () => Promise<void>;
}

async function bringUp(
  { config, env, onProgress }: DevEnvironmentOptions,
  { home, closers, stop }: Surroundings,
): Promise<DevEnvironment> {
  const apiKey = await keepApiKey(home);
  const mailDir = join(home, 'mail');
  await mkdir(mailDir, { recursive: true });
  let mongodbUri = config.mongodb.uri;
  if (mongodbUri === null) {
    const mongod = await startMongod({ env, dataDir: join(home, 'mongodb'), onProgress });
    let stopping = false;
    closers.push(() => {
      stopping = true;
      return mongod.stop();
    });
    void mongod.ended.then((how) => {
      if (!stopping)
        onProgress(`The embedded MongoDB is gone (${how}). Stop guichet dev and start it again.`);
    });
    mongodbUri = mongod.uri;
  }
  const { secretKey } = config.stripe;
  const sandbox =
    secretKey === null ? await startSandbox({ dataFile: join(home, 'sandbox.log') }) : undefined;
  if (sandbox !== undefined) closers.push(() => sandbox.stop());
  const devFile = join(home, 'dev.json');
  closers.push(() => rm(devFile, { force: true }));
  const stripe = sandbox === undefined ? configured(config, secretKey ?? '') : local(sandbox);
  return {
    mongodbUri,
    stripe,
    mailDir,
    apiKey,
    embedded: {
      mongodb: config.mongodb.uri === null,
      stripe: sandbox !== undefined,
      mail: config.receipts.smtpUrl === null,
    },
    announce: async ({ baseUrl }) => {
      await sandbox?.setWebhookUrl(new URL(WEBHOOK_PATH, baseUrl).href);
      await sandbox?.setWebhookUrl(new URL(CONNECT_WEBHOOK_PATH, baseUrl).href, { connect: true });
      const instance = { baseUrl, apiKey, stripe: published(stripe, sandbox), mongodbUri, mailDir };
      await writePrivateFile(devFile, `${JSON.stringify(instance, null, 2)}\n`);
    },
    stop,
  };
}

function local(sandbox: Sandbox): DevEnvironment['stripe'] {
  const { url, secretKey, publishableKey, webhookSecret, connectWebhookSecret } = sandbox;
  return { baseUrl: url, secretKey, publishableKey, webhookSecret, connectWebhookSecret };
}

function configured({ stripe }: DevConfig, secretKey: string): DevEnvironment['stripe'] {
  const nothing = { publishableKey: null, webhookSecret: null, connectWebhookSecret: null };
  return { baseUrl: stripe.apiBaseUrl, secretKey, ...nothing };
}

/** dev.json holds the sandbox's secrets, never those of a real account. */
function published(stripe: DevEnvironment['stripe'], sandbox: Sandbox | undefined): Record<string, string> {
  const { baseUrl, secretKey } = stripe;
  if (sandbox === undefined) return { baseUrl, secretKey: '', webhookSecret: '', connectWebhookSecret: '' };
  const { webhookSecret, connectWebhookSecret } = sandbox;
  return { baseUrl, secretKey, webhookSecret, connectWebhookSecret };
}
