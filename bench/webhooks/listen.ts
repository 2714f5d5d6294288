import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** On a free port of this machine. */
export async function listen(listener: RequestListener): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer(listener);
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
