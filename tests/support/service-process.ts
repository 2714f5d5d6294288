import { type ChildProcess, spawn } from 'node:child_process';
import type { Role } from '../../src/service.js';
import { compiled } from './compiled-sources.js';

export type LogLine = Record<string, unknown> & { msg?: string; level?: string };

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The service in a process of its own, which a test may kill. */
export interface ServiceProcess {
  pid: number;
  /** Empty for a worker. */
  baseUrl: string;
  /** What it has logged so far. */
  logs: LogLine[];
  /** `performance.now()` when it was ready. */
  readyAt: number;
  exited: Promise<Exit>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, as the kernel does when memory ends; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as an orchestrator does. */
  terminate(): Promise<Exit>;
}

const START_TIMEOUT_MS = 30_000;

/** Starts it and resolves when it runs; rejects with what it printed when it does not. */
export async function startServiceProcess(
  environment: Record<string, string>,
  role: Role,
): Promise<ServiceProcess> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', await compiled('tests/support/service-child.ts'), role],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own environment and nothing of ours: what a killed process measured is lost anyway.
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    },
  );
  const logs: LogLine[] = [];
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const port = await started(child, { logs, exited });
  return {
    pid: child.pid ?? 0,
    baseUrl: port === null ? '' : `http://127.0.0.1:${port}`,
    logs,
    readyAt: performance.now(),
    exited,
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    terminate() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

function started(
  child: ChildProcess,
  { logs, exited }: { logs: LogLine[]; exited: Promise<Exit> },
): Promise<number | null> {
  const errors: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure('did not start in time', errors)), START_TIMEOUT_MS);
    const end = () => clearTimeout(timer);
    onLines(child, (line) => {
      logs.push(line);
      if (line.msg !== 'Guichet is running') return;
      end();
      resolve(typeof line.port === 'number' ? line.port : null);
    });
    void exited.then(({ code, signal }) => {
      end();
      reject(failure(`ended with ${code ?? signal}`, errors));
    });
  });
}

function failure(how: string, errors: readonly string[]): Error {
  return new Error(`The service ${how}: ${errors.join('')}`);
}

function onLines(child: ChildProcess, onLine: (line: LogLine) => void): void {
  let pending = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${pending}${text}`.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) onLine(JSON.parse(line) as LogLine);
  });
}
