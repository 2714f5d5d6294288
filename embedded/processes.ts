import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { runCommand } from './run-command.js';

/** Whether a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In a container without an init process nobody reaps what we orphaned: it has ended, and still has its id. */
function isZombie(pid: number): boolean {
  if (platform() !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat
      .slice(stat.lastIndexOf(')') + 1)
      .trimStart()
      .startsWith('Z');
  } catch {
    return false;
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
