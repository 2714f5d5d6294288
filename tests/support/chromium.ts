import { type Browser, chromium } from 'playwright-core';
import { ensureProgram } from './find-program.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of the system's Chromium; null where there is none and none can be installed. */
export function ensureChromium(): Promise<string | null> {
  return ensureProgram(NAMES, 'chromium');
}

/** The system's Chromium, headless; null where there is none and none can be installed. */
export async function launchChromium(): Promise<Browser | null> {
  const executablePath = await ensureChromium();
  if (executablePath === null) return null;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--lang=en-US'] });
}
