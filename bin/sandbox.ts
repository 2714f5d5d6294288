import type { SandboxOptions } from '../sandbox/options.js';
import { startSandbox } from '../sandbox/start-sandbox.js';
import { untilSignal } from '../src/cli/until-signal.js';

export interface SandboxFlags {
  port: string;
  host: string;
  data?: string;
  seed?: string;
  at?: string;
  webhook?: string;
  allowHost?: string[];
}

/** Runs the local Stripe until it is told to stop. Throws for a port, a time or an address that is none. */
export async function sandbox(flags: SandboxFlags, print: (...lines: string[]) => void): Promise<void> {
  const running = await startSandbox(optionsOf(flags));
  const told = untilSignal();
  if (flags.webhook !== undefined) await running.setWebhookUrl(flags.webhook);
  print(
    ...(isLoopback(flags.host) ? [] : [exposed(flags.host)]),
    `Stripe sandbox   ${running.url}`,
    `secret key       ${running.secretKey}`,
    `publishable key  ${running.publishableKey}`,
    `webhook secret   ${running.webhookSecret}`,
    `account          ${running.accountId}`,
  );
  await told;
  await running.stop();
}

function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host);
}

function exposed(host: string): string {
  return `It listens on ${host}: whoever can reach it there can read and change everything in it, without a key.`;
}

function optionsOf({ port, host, data, seed, at, webhook, allowHost }: SandboxFlags): SandboxOptions {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port ${port}: expected a number from 0 to 65535`);
  if (webhook !== undefined && !(URL.canParse(webhook) && /^https?:$/.test(new URL(webhook).protocol)))
    throw new Error(`--webhook ${webhook}: expected an http or https address`);
  if (at !== undefined && Number.isNaN(Date.parse(at)))
    throw new Error(`--at ${at}: expected a time, such as 2025-01-31T12:00:00Z`);
  return {
    port: Number(port),
    host,
    ...(data !== undefined && { dataFile: data }),
    ...(seed !== undefined && { seed }),
    ...(at !== undefined && { startTime: new Date(at) }),
    ...(allowHost !== undefined && { allowedHosts: allowHost }),
  };
}
