import { lookup } from 'node:dns/promises';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../run-command.js';
import { binaryName, fillCache } from './cache.js';

const script = fileURLToPath(new URL('./vendor-download.mjs', import.meta.url));
const DEFAULT_HOST = 'fastdl.mongodb.org';
const DNS_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;

export interface VendorOptions {
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
}

/**
 * Downloads mongod from its vendor with mongodb-memory-server-core, and puts it in the cache. Its `MONGOMS_*`
 * settings (version, mirror, `MONGOMS_RUNTIME_DOWNLOAD=false`) are honoured.
 * @returns the path of the binary in the cache
 * @throws Error when it is switched off, the vendor cannot be reached, or the download fails
 */
export async function downloadFromVendor({ env, onProgress }: VendorOptions): Promise<string> {
  if (env.MONGOMS_RUNTIME_DOWNLOAD === 'false') throw new Error('switched off by MONGOMS_RUNTIME_DOWNLOAD');
  await probe(env);
  return fillCache(env, async (scratch) => {
    onProgress('Downloading MongoDB from its vendor');
    const printed = await runCommand(process.execPath, [script, scratch], {
      env: downloaderEnv(env, scratch),
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
      onLine: (line) => {
        if (line.startsWith('Downloading')) onProgress(line);
      },
    });
    const found = /^mongod=(.+)$/m.exec(printed)?.[1];
    if (found === undefined) throw new Error('the download named no binary');
    // A copy: the library may have found one in a cache of its own, which is not ours to empty.
    const binary = join(scratch, binaryName);
    await copyFile(found, binary);
    return binary;
  });
}

function downloaderEnv(env: NodeJS.ProcessEnv, scratch: string): NodeJS.ProcessEnv {
  const { MONGOMS_SYSTEM_BINARY: _ours, ...rest } = env;
  return {
    ...rest,
    MONGOMS_DOWNLOAD_DIR: scratch,
    MONGOMS_PREFER_GLOBAL_PATH: 'false',
    MONGOMS_MD5_CHECK: 'true',
    // Without it the library accepts any TLS certificate, for a program that we are about to run.
    npm_config_strict_ssl: 'true',
  };
}

/** The library itself takes 7.5 s of retries to find out that there is no such host. */
async function probe(env: NodeJS.ProcessEnv): Promise<void> {
  if (Object.keys(env).some((name) => /^(https?_proxy|npm_config_(https[-_])?proxy)$/i.test(name))) return;
  const source = env.MONGOMS_DOWNLOAD_URL ?? env.MONGOMS_DOWNLOAD_MIRROR;
  const host = source !== undefined && URL.canParse(source) ? new URL(source).hostname : DEFAULT_HOST;
  const abort = new AbortController();
  const timeout = wait(DNS_TIMEOUT_MS, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`${host}: no answer to the name look-up within ${DNS_TIMEOUT_MS} ms`);
  });
  timeout.catch(() => undefined);
  try {
    await Promise.race([lookup(host), timeout]);
  } finally {
    abort.abort();
  }
}
