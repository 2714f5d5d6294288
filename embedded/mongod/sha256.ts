import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * Refuses a file whose content is not the one that was reviewed.
 * @throws Error naming both sums
 */
export async function requireSha256(path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found !== expected) throw new Error(`SHA-256 of ${path} is ${found}, expected ${expected}`);
}
