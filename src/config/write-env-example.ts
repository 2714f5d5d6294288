import { readFileSync, writeFileSync } from 'node:fs';
import { describeSettings } from './env-schema.js';
import type { SettingInfo } from './setting.js';

/** Writes `.env.example`; with `--check` only tells, by its exit code, whether it is current. */
function main(): void {
  const file = new URL('../../.env.example', import.meta.url);
  const wanted = renderEnvExample();
  if (!process.argv.includes('--check')) {
    writeFileSync(file, wanted);
    return;
  }
  if (read(file) === wanted) return;
  process.stderr.write(
    '.env.example is not current: run node --import tsx src/config/write-env-example.ts\n',
  );
  process.exitCode = 1;
}

/** Every setting with its description, by group; each line commented out, because each has a default or is optional. */
export function renderEnvExample(): string {
  const lines = [
    '# Settings of Guichet. Copy this file to .env and uncomment what you need.',
    '# Generated from src/config/env-schema.ts: change it there.',
  ];
  let group = '';
  for (const setting of describeSettings()) {
    if (setting.group !== group) lines.push('', `# ==== ${setting.group} ====`);
    group = setting.group;
    lines.push('', ...describe(setting), `# ${setting.name}=${setting.default ?? setting.example ?? ''}`);
  }
  return `${lines.join('\n')}\n`;
}

function describe(setting: SettingInfo): string[] {
  const lines = [`# ${setting.description}`];
  if (setting.requiredToServe) lines.push('# Required by `guichet serve`.');
  if (setting.default !== undefined && setting.example !== undefined)
    lines.push(`# Example: ${setting.example}`);
  return lines;
}

function read(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/'))) main();
