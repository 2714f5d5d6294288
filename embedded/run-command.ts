import { spawn } from 'node:child_process';

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  /** Called with each line that the command prints, on either stream. */
  onLine?: (line: string) => void;
  /** Milliseconds after which the command is killed and reported as failed. */
  timeoutMs: number;
}

/**
 * Runs a program without a shell and answers what it printed on standard output.
 * @throws Error with the program's last lines when it cannot start, fails or takes too long.
 */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // spawn's own `timeout` is not cleared when the program is not there, and would keep us alive for its length.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      reportLines(chunk, options.onLine);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
      reportLines(chunk, options.onLine);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`${file} could not be run: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(new Error(describeFailure(file, signal ?? code, errors || output)));
    });
  });
}

function reportLines(chunk: Buffer, onLine: ((line: string) => void) | undefined): void {
  if (onLine === undefined) return;
  for (const line of chunk.toString().split(/[\r\n]+/)) {
    if (line.trim() !== '') onLine(line.trim());
  }
}

function describeFailure(file: string, ended: number | NodeJS.Signals | null, printed: string): string {
  const last = printed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-2)
    .join(' / ')
    .slice(0, 400);
  return `${file} ended with ${ended}${last === '' ? '' : `: ${last}`}`;
}
