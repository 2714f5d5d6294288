import { once } from 'node:events';
import { connect } from 'node:net';

export interface Connection {
  /** Writes one whole request and resolves with the status of its answer. */
  post(request: Buffer): Promise<number>;
  close(): void;
}

const HEAD_END = '\r\n\r\n';

/** A kept HTTP connection with as little work of its own as can be, since it shares the machine with what it measures. */
export async function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  let waiting: { resolve(status: number): void; reject(error: Error): void } | null = null;
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
    const status = statusOf(received);
    if (status === null) return;
    received = '';
    waiting?.resolve(status);
  });
  const fail = () => waiting?.reject(new Error('the target closed a connection'));
  socket.on('error', fail).on('close', fail);
  return {
    post: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** Null until the whole answer is there. Throws for an answer without a length, which no target gives. */
function statusOf(received: string): number | null {
  const head = received.indexOf(HEAD_END);
  if (head === -1) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(received)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${received.slice(0, head)}`);
  return received.length < head + HEAD_END.length + Number(length) ? null : Number(received.slice(9, 12));
}
