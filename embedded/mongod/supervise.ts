import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { explainLog } from './explain-log.js';
import { recordFile, STOP_GRACE_MS } from './supervisor-record.js';

const script = fileURLToPath(new URL('./supervisor.mjs', import.meta.url));

const messageSchema = z.object({
  pid: z.number().optional(),
  error: z.string().optional(),
  code: z.number().nullish(),
  signal: z.string().nullish(),
  log: z.string().optional(),
});

export interface SupervisedJob {
  binary: string;
  args: readonly string[];
  dataDir: string;
  logFile: string;
  removeDataDir: boolean;
  env: NodeJS.ProcessEnv;
}

export interface Supervised {
  pid: number;
  /** Settles when mongod and its supervisor have ended, with how mongod ended. */
  ended: Promise<string>;
  /** Asks mongod to end, by SIGTERM first; `ended` tells when it has. */
  requestStop(): void;
  /** Ends mongod without asking. */
  kill(): void;
}

/**
 * Starts mongod under the supervisor, in its own process group (Ctrl-C does not reach it), dying with us.
 * @throws Error when the binary cannot be started
 */
export async function supervise(job: SupervisedJob): Promise<Supervised> {
  const { env, ...rest } = job;
  const argument = JSON.stringify({ ...rest, recordFile: recordFile(job.dataDir), graceMs: STOP_GRACE_MS });
  const child = spawn(process.execPath, [script, argument], {
    detached: true,
    env: serverEnv(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let failure = '';
  let how = 'ended';
  child.stderr.on('data', (chunk: Buffer) => {
    failure += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  const started = new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = messageSchema.parse(JSON.parse(line));
      if (message.pid !== undefined) resolve(message.pid);
      else how = message.error ?? describeEnd(message);
    });
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(failure.trim() === '' ? how : lastLine(failure)));
  });
  const pid = await Promise.race([started, ended]);
  if (typeof pid === 'string') throw new Error(`mongod could not be started: ${pid}`);
  // A forgotten stop() must not keep this process alive: mongod ends with it.
  keepAlive(child, 'unref');
  return {
    pid,
    ended,
    requestStop: () => {
      keepAlive(child, 'ref');
      child.stdin.end();
    },
    kill: () => {
      keepAlive(child, 'ref');
      process.kill(pid, 'SIGKILL');
    },
  };
}

/** Nothing of the application's environment (keys, passwords) is passed on to mongod. */
function serverEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];
  const entries = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  // mongod refuses to start with a locale that is not installed.
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}

function keepAlive(child: ChildProcess, change: 'ref' | 'unref'): void {
  child[change]();
  for (const stream of child.stdio) {
    if (stream instanceof Socket) stream[change]();
  }
}

function lastLine(text: string): string {
  const line = text
    .trim()
    .split('\n')
    .find((candidate) => /error/i.test(candidate));
  return line ?? text.trim().slice(-200);
}

function describeEnd({ code, signal, log = '' }: z.infer<typeof messageSchema>): string {
  const how = `ended with ${signal ?? code}`;
  return code === 0 ? how : `${how}. The last lines of its log:\n${explainLog(log)}`;
}
