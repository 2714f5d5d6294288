import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import { join } from 'node:path';
import { checkBinary } from './check-binary.js';

export const binaryName = platform() === 'win32' ? 'mongod.exe' : 'mongod';

/** Where downloaded binaries live: `GUICHET_CACHE`, else `~/.cache/guichet`. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return env.GUICHET_CACHE || join(env.HOME || homedir(), '.cache', 'guichet');
}

/** The one place of the cached mongod; apart by platform, since home folders are shared with containers. */
export function cachedBinary(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), `mongod-${platform()}-${arch()}`, binaryName);
}

/**
 * Lets `fetch` put a binary in a scratch folder, then moves it to its place in the cache in one step, so that
 * concurrent starts see either no binary or a whole one. The scratch folder goes away in any case.
 * @returns the path in the cache
 * @throws Error when the binary does not run here
 */
export async function fillCache(
  env: NodeJS.ProcessEnv,
  fetch: (scratch: string) => Promise<string>,
): Promise<string> {
  const target = cachedBinary(env);
  const scratch = join(cacheDirectory(env), `download-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(scratch, { recursive: true });
  try {
    const binary = await fetch(scratch);
    await chmod(binary, 0o755);
    // What does not run here must not be found in the cache at every later start, and downloaded again.
    await checkBinary(binary, env);
    await mkdir(join(target, '..'), { recursive: true });
    await rename(binary, target);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
