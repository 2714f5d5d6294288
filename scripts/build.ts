import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run build`: compiles into dist/ and copies what is read at run time and is no TypeScript. */

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const SOURCE_FOLDERS = ['src', 'sandbox', 'embedded', 'migrations'];
// package.json carries the version, and tells Node that dist/ is ESM wherever it is copied to.
const FILES = ['openapi.json', 'package.json'];

/** Templates, locales, static files, contract.json, .mjs: everything but sources, tests and notes. */
function isAsset(path: string): boolean {
  if (statSync(path).isDirectory()) return !path.endsWith('fixtures');
  return !/(\.ts|\.md)$/.test(path);
}

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

for (const folder of SOURCE_FOLDERS) {
  const from = join(root, folder);
  if (existsSync(from)) cpSync(from, join(dist, folder), { recursive: true, filter: isAsset });
}
for (const file of FILES) {
  const from = join(root, file);
  if (existsSync(from)) cpSync(from, join(dist, file));
}
