import { type AddressInfo, createServer, connect as openSocket, type Socket } from 'node:net';

export interface RedisProxy {
  url: string;
  /** Nobody is there: connections break, and no new one is taken. */
  cut(): void;
  /** Connections stay and new ones are taken, but nothing is answered. */
  hang(): void;
  restore(): void;
  stop(): Promise<void>;
}

/** Stands between a service under test and its Redis, which others use too. */
export async function startRedisProxy(target: string): Promise<RedisProxy> {
  const { hostname, port } = new URL(target);
  let state: 'open' | 'cut' | 'hung' = 'open';
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const redis = openSocket(Number(port || 6379), hostname);
    const pair: [Socket, Socket] = [client, redis];
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
    if (state === 'cut') client.destroy();
    client.pipe(redis);
    redis.pipe(client);
    if (state === 'hung') redis.pause().unpipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroyAll = () => {
    for (const [client] of pairs) client.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      state = 'cut';
      destroyAll();
    },
    hang() {
      state = 'hung';
      for (const [client, redis] of pairs) redis.unpipe(client).pause();
    },
    restore() {
      state = 'open';
      for (const [client, redis] of pairs) redis.unpipe(client).pipe(client);
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      destroyAll();
      return closed;
    },
  };
}
