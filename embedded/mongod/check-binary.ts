import { runCommand } from '../run-command.js';

/** Transactions with majority writes, `$currentOp` and partial filters are tested on 6.0 and later. */
const MIN_MAJOR = 6;

/**
 * Runs `<binary> --version`, so that a binary that cannot run here is found out before it is chosen.
 * @returns the version, such as `6.0.5`
 * @throws Error when it does not run, is no mongod, or is older than 6.0
 */
export async function checkBinary(binary: string, env: NodeJS.ProcessEnv): Promise<string> {
  const printed = await runCommand(binary, ['--version'], { env, timeoutMs: 20_000 });
  const version = /db version v?(\d+)\.(\d+)\.(\d+)/.exec(printed);
  const major = version?.[1];
  if (version === null || major === undefined) throw new Error(`${binary} --version names no mongod version`);
  const found = version[0].replace(/db version v?/, '');
  if (Number(major) < MIN_MAJOR)
    throw new Error(`${binary} is ${found}, and ${MIN_MAJOR}.0 or later is needed`);
  return found;
}
