import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compiled } from './compiled-sources.js';

export interface Child {
  process: ChildProcess;
  /** What it has written so far, to both outputs. */
  output(): string;
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** What a process needs to run. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'MONGOMS_SYSTEM_BINARY', 'GUICHET_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a program of the repository in a process of its own, with no environment but the given one. */
export async function startChild(
  file: string,
  environment: Record<string, string>,
  args: readonly string[] = [],
): Promise<Child> {
  const child = spawn(process.execPath, ['--enable-source-maps', await compiled(file), ...args], {
    cwd: root,
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    process: child,
    output: () => output,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
