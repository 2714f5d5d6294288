import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the TypeScript is that a user runs. */
export const SOURCE_FOLDERS = ['src', 'sandbox', 'embedded', 'migrations'] as const;
// package.json carries the version, and tells Node that the folder is ESM wherever it is copied to.
const FILES = ['openapi.json', 'package.json'];

/** Templates, locales, static files, contract.json, .mjs: everything but sources, tests and notes. */
function isAsset(path: string): boolean {
  if (statSync(path).isDirectory()) return !path.endsWith('fixtures');
  return !/(\.ts|\.md)$/.test(path);
}

/** Copies what is read at run time and is no TypeScript into a folder of compiled sources. */
export function copyAssets(to: string): void {
  for (const folder of SOURCE_FOLDERS) {
    const from = join(root, folder);
    if (existsSync(from)) cpSync(from, join(to, folder), { recursive: true, filter: isAsset });
  }
  for (const file of FILES) {
    const from = join(root, file);
    if (existsSync(from)) cpSync(from, join(to, file));
  }
}
