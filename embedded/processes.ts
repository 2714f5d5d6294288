import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { runCommand } from './run-command.js';

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The command line of a process with its arguments, or an empty text when it cannot be read. */
export async function commandLine(pid: number): Promise<string> {
  if (platform() === 'linux') {
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return raw.replaceAll('\0', ' ');
  }
  return runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    env: { PATH: '/bin:/usr/bin' },
    timeoutMs: 5_000,
  }).catch(() => '');
}
