import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RunningPostgres, startPostgres } from './postgres.js';
import { SYNC_ENGINE_FOLDER } from './sync-engine.js';

/** Gets stripe-sync-engine, which is no dependency of ours, and a PostgreSQL for it. Throws with what is missing. */
export async function openSyncEngine(): Promise<RunningPostgres> {
  const folder = fileURLToPath(SYNC_ENGINE_FOLDER);
  if (!existsSync(`${folder}node_modules/@supabase/stripe-sync-engine`)) {
    const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`npm ci in bench/webhooks/sync-engine failed: ${stderr.slice(0, 500)}`);
  }
  return startPostgres();
}
