import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from './private-file.js';

const PREFIX = 'gk_test_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BYTES = 32;
/** 62^43 > 256^32: so many digits hold every key. */
const LENGTH = 43;
const PATTERN = new RegExp(`^${PREFIX}[0-9A-Za-z]{${LENGTH}}$`);

/** The API key of this home: made once, the same on every run, so that scripts and notes stay valid. */
export async function keepApiKey(home: string): Promise<string> {
  const file = join(home, 'api-key');
  const held = await readFile(file, 'utf8').catch(() => '');
  if (PATTERN.test(held.trim())) return held.trim();
  const key = PREFIX + base62(randomBytes(BYTES));
  await writePrivateFile(file, `${key}\n`);
  return key;
}

function base62(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  while (text.length < LENGTH) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
