import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of the system's Chromium; null where there is none and none can be installed. */
export async function ensureChromium(): Promise<string | null> {
  return (await findChromium()) ?? (await installChromium());
}

/** The system's Chromium, headless; null where there is none and none can be installed. */
export async function launchChromium(): Promise<Browser | null> {
  const executablePath = await ensureChromium();
  if (executablePath === null) return null;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--lang=en-US'] });
}

async function findChromium(): Promise<string | null> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const path of folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}

/** A build server starts without a browser: where apt may install one, it does. */
async function installChromium(): Promise<string | null> {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [...asRoot, 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run(command, [...args, 'update', '-qq'], { env });
    await run(command, [...args, 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    return await findChromium();
  } catch {
    return null;
  }
}
