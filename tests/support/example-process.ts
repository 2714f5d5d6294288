import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 30_000;

export interface ExampleProcess {
  url: string;
  /** SIGTERM; the exit code, null when it had to be killed. */
  stop(): Promise<number | null>;
}

/**
 * Runs an example as its README says, in a folder where its packages are: `guichet` is the sources, and `express` the
 * given package of the repository.
 */
export async function startExample(
  name: string,
  { express, environment }: { express: string; environment: Record<string, string> },
): Promise<ExampleProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'guichet-example-'));
  await cp(join(root, 'examples', name), folder, { recursive: true });
  await install(folder, express);
  const child = spawn(
    process.execPath,
    ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), 'server.js'],
    {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = await listening(child, exited);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const [code] = await exited;
      clearTimeout(timer);
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

async function install(folder: string, express: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'guichet'), { recursive: true });
  await symlink(join(root, 'node_modules', express), join(modules, 'express'));
  await symlink(join(root, 'node_modules', 'mongoose'), join(modules, 'mongoose'));
  const manifest = { name: 'guichet', type: 'module', exports: { '.': './index.js' } };
  await writeFile(join(modules, 'guichet', 'package.json'), JSON.stringify(manifest));
  await writeFile(
    join(modules, 'guichet', 'index.js'),
    `export * from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};\n`,
  );
}

async function listening(child: ChildProcess, exited: Promise<[number | null]>): Promise<string> {
  let output = '';
  const found = new Promise<string>((resolve) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /listens on (http:\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), START_TIMEOUT_MS);
  });
  const url = await Promise.race([found, exited.then(() => null), late]);
  clearTimeout(timer);
  if (url !== null) return url;
  child.kill('SIGKILL');
  throw new Error(`The example did not start: ${output}`);
}
