import { openRedis } from '../../redis/connect.js';
import { type Check, CheckFailure, type Finding, failed, ok, warning } from './check.js';
import { requireSettings, type Settings } from './settings-checks.js';

const KEY = 'doctor';
const KEY_LIFETIME_MS = 1000;

/** Connects, writes a key that is gone in a second, and removes it. The service runs without Redis, so that one that is away warns. */
export function redisCheck(settings: Settings, timeoutMs: number): Check {
  return {
    name: 'Redis',
    async run() {
      requireSettings(settings, 'REDIS', 'REDIS_URL', 'REDIS_KEY_PREFIX');
      const { redis } = settings.config;
      if (redis.url === null) return ok('off: limits are per process, and nothing is cached');
      const { host } = new URL(redis.url);
      const client = openRedis({ ...redis, url: redis.url, commandTimeoutMs: timeoutMs });
      let reason = '';
      client.on('error', (error: Error) => {
        reason ||= error.message;
      });
      try {
        await client.connect();
        const started = performance.now();
        await client.set(KEY, '1', 'PX', KEY_LIFETIME_MS);
        const tookMs = Math.ceil(performance.now() - started);
        await client.del(KEY);
        return answered(tookMs, redis.commandTimeoutMs);
      } catch (error) {
        return refused(host, reason || (error instanceof Error ? error.message : String(error)));
      } finally {
        client.disconnect();
      }
    },
  };
}

function answered(tookMs: number, limitMs: number): Finding {
  if (tookMs <= limitMs) return ok('answers and takes writes');
  return warning(
    `a write took ${tookMs} ms, and the service waits ${limitMs} ms: it mostly goes on without Redis`,
    'bring Redis nearer or relieve it, or raise REDIS_COMMAND_TIMEOUT_MS',
  );
}

function refused(host: string, reason: string): Finding {
  if (/^(NOAUTH|WRONGPASS|ERR AUTH|ERR invalid password)/.test(reason))
    throw new CheckFailure(
      `${host} refuses the login`,
      'correct user and password in REDIS_URL; special characters are percent-encoded',
    );
  if (/^(READONLY|NOPERM|OOM|MISCONF)/.test(reason))
    return failed(
      `${host} takes no writes: ${reason}`,
      'name the primary in REDIS_URL, with a user that may write, and room for its keys',
    );
  return warning(
    `${host} cannot be reached (${reason}): limits are per process and nothing is cached until it can`,
    'start Redis, correct host, port and scheme (redis or rediss) in REDIS_URL, or set REDIS=off',
  );
}
