import { startSandbox } from '../sandbox/start-sandbox.js';
import { untilSignal } from '../src/cli/until-signal.js';

/** Runs the local Stripe until it is told to stop. Throws for a port that is none. */
export async function sandbox(
  { port, data }: { port: string; data?: string },
  print: (...lines: string[]) => void,
): Promise<void> {
  if (!/^\d{1,5}$/.test(port)) throw new Error(`--port ${port}: expected a number from 0 to 65535`);
  const running = await startSandbox({ port: Number(port), ...(data ? { dataFile: data } : {}) });
  print(
    `Stripe sandbox   ${running.url}`,
    `secret key       ${running.secretKey}`,
    `publishable key  ${running.publishableKey}`,
    `webhook secret   ${running.webhookSecret}`,
    `account          ${running.accountId}`,
  );
  await untilSignal();
  await running.stop();
}
