import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { copyAssets, SOURCE_FOLDERS } from '../../scripts/copy-assets.js';

/** Set by tests/run.ts, which compiles once for the whole run. */
export const FOLDER_VARIABLE = 'GUICHET_TEST_COMPILED';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = [...SOURCE_FOLDERS, 'bin'];
const PROGRAMS = ['service-child', 'run-worker', 'hold-transaction'].map(
  (name) => `tests/support/${name}.ts`,
);

let own: Promise<string> | undefined;

/**
 * Compiles the sources for the processes that tests start, into a folder from which node_modules is found: through tsx,
 * each of them would load for more than twice as long.
 */
export async function compileSources(): Promise<string> {
  const folder = join(root, 'node_modules/.cache/guichet-tests', `${process.pid}`);
  await mkdir(folder, { recursive: true });
  const entryPoints = [...FOLDERS.flatMap(sourcesIn), ...PROGRAMS].map((file) => join(root, file));
  const options = { format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' } as const;
  await build({ entryPoints, outdir: folder, outbase: root, sourcemap: 'inline', ...options });
  copyAssets(folder);
  return folder;
}

/**
 * A program of the repository, such as `bin/guichet.ts`, as a test starts it: compiled by the run, or now, when mocha was
 * called without tests/run.ts.
 */
export async function compiled(file: string): Promise<string> {
  own ??= (async () => process.env[FOLDER_VARIABLE] ?? (await compileSources()))();
  return join(await own, file.replace(/\.ts$/, '.js'));
}

/** Removes what was compiled by this process. Called by the root hooks. */
export async function removeCompiled(): Promise<void> {
  const folder = await own?.catch(() => undefined);
  own = undefined;
  if (folder !== undefined && folder !== process.env[FOLDER_VARIABLE]) await rm(folder, { recursive: true });
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
