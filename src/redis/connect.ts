import { Redis } from 'ioredis';
import type { Config } from '../config/env.js';
import type { Logger } from '../observability/logger.js';

const CONNECT_TIMEOUT_MS = 500;
const LONGEST_RECONNECT_MS = 2000;
const PROBE_EVERY_MS = 1000;
const TIMED_OUT = 'Command timed out';

export interface RedisConnection {
  client: Redis;
  /** Whether Redis may be asked now. While it is false nobody asks: whatever Redis is for goes on without it. */
  usable(): boolean;
  close(): void;
}

export type RedisSettings = Config['redis'] & { url: string };

/**
 * Connects in the background: a Redis that is away, or goes away, is a warning in the log, and `usable` tells. A server
 * that hangs costs those who are waiting one command timeout; from then on nobody asks it but one probe a second, until
 * it answers.
 */
export function connectRedis(
  settings: RedisSettings,
  logger: Pick<Logger, 'info' | 'warn'>,
): RedisConnection {
  const client = openRedis(settings);
  let answers = true;
  let told: 'there' | 'away' | null = null;
  let probe: NodeJS.Timeout | undefined;
  const tell = (state: 'there' | 'away', context: object = {}) => {
    if (told === state) return;
    told = state;
    const { host: redis } = new URL(settings.url);
    if (state === 'there') logger.info({ redis }, 'Redis answers');
    else logger.warn({ redis, ...context }, 'Redis is away: limits are per process and nothing is cached');
  };
  const askAgain = async () => {
    const answered = await client.ping().then(
      () => true,
      () => false,
    );
    if (client.status === 'end') return;
    answers = answered || client.status !== 'ready';
    tell(answered ? 'there' : 'away');
    if (!answers) probe = setTimeout(() => void askAgain(), PROBE_EVERY_MS).unref();
  };
  onTimeout(client, () => {
    if (!answers || client.status !== 'ready') return;
    answers = false;
    void askAgain();
  });
  client.on('ready', () => tell('there'));
  client.on('close', () => client.status !== 'end' && tell('away'));
  client.on('error', (error: Error) => tell('away', { reason: error.message }));
  void client.connect().catch(() => undefined);
  return {
    client,
    usable: () => answers && client.status === 'ready',
    close() {
      clearTimeout(probe);
      client.removeAllListeners('close');
      client.disconnect();
    },
  };
}

/** A client that never queues and never sends twice: a command is answered soon, or fails. Not connected yet. */
export function openRedis({ url, keyPrefix, commandTimeoutMs }: RedisSettings): Redis {
  return new Redis(url, {
    lazyConnect: true,
    keyPrefix,
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(2 ** times * 25, LONGEST_RECONNECT_MS) * (0.5 + Math.random() / 2),
  });
}

/** Every command goes through `sendCommand`, those of libraries too. */
function onTimeout(client: Redis, listener: () => void): void {
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command, stream) => {
    command.promise.catch((error: unknown) => {
      if (error instanceof Error && error.message === TIMED_OUT) listener();
    });
    return send(command, stream);
  };
}
