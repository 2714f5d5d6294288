import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The path of a program; where it is missing, and apt may install it, it is installed. Null where there is none. */
export async function ensureProgram(names: readonly string[], debianPackage: string): Promise<string | null> {
  return (await find(names)) ?? (await install(names, debianPackage));
}

async function find(names: readonly string[]): Promise<string | null> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** A build server starts bare: where apt may install something, it does. */
async function install(names: readonly string[], debianPackage: string): Promise<string | null> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [...asRoot, 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run(command, [...args, 'update', '-qq'], { env });
    await run(command, [...args, 'install', '-y', '-qq', '--no-install-recommends', debianPackage], { env });
    return await find(names);
  } catch {
    return null;
  }
}
