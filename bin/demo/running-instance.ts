import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const instanceSchema = z.object({
  baseUrl: z.string(),
  apiKey: z.string(),
  stripe: z.object({
    baseUrl: z.string(),
    secretKey: z.string(),
    webhookSecret: z.string(),
    connectWebhookSecret: z.string(),
  }),
  mailDir: z.string(),
});
export type Instance = z.infer<typeof instanceSchema>;

export interface RunningInstance {
  instance: Instance;
  startedHere: boolean;
  stop(): Promise<void>;
}

/** The first start may download a MongoDB server. */
const START_TIMEOUT_MS = 300_000;
const POLL_MS = 200;

/** The instance that `dev.json` tells of, if it answers; else one that is started for the time of the demo. */
export async function runningInstance(
  { home, env }: { home: string; env: NodeJS.ProcessEnv },
  print: (line: string) => void,
): Promise<RunningInstance> {
  const running = await readInstance(home);
  if (running) return { instance: running, startedHere: false, stop: () => Promise.resolve() };
  print('No instance is running here: starting one (guichet dev).');
  return startInstance(home, env);
}

/** The instance that `dev.json` tells of, if it answers. */
export async function readInstance(home: string): Promise<Instance | null> {
  try {
    const instance = instanceSchema.parse(JSON.parse(await readFile(path.join(home, 'dev.json'), 'utf8')));
    const response = await fetch(`${instance.baseUrl}/health/ready`);
    return response.ok ? instance : null;
  } catch {
    return null;
  }
}

async function startInstance(home: string, env: NodeJS.ProcessEnv): Promise<RunningInstance> {
  const entry = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, entry, 'dev'], {
    env: { PORT: '0', ...env, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && performance.now() < deadline) {
    const instance = await readInstance(home);
    if (instance) return { instance, startedHere: true, stop };
    await delay(POLL_MS);
  }
  await stop();
  throw new Error('guichet dev did not start; run it by hand to see why');
}
