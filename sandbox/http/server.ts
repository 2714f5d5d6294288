import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer, ApiRequest } from './exchange.js';

const MOST_BYTES = 1_000_000;

/** Most answers need not be waited for. */
export type AnswerRequest = (request: ApiRequest) => Answer | Promise<Answer>;

/** An HTTP server that turns requests into answers, and cuts connections where an answer says so. */
export function createListener(answerRequest: AnswerRequest): Server {
  const server = createServer((request, response) => {
    void respond(request, response, answerRequest);
  });
  // Clients keep connections for long; the sandbox never hangs up first.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answerRequest: AnswerRequest,
): Promise<void> {
  try {
    const body = request.method === 'GET' ? '' : await readBody(request);
    const answer = body === undefined ? TOO_LARGE : answerRequest(toApiRequest(request, body));
    write(response, answer instanceof Promise ? await answer : answer);
  } catch {
    response.destroy();
  }
}

function toApiRequest(request: IncomingMessage, body: string): ApiRequest {
  const url = request.url ?? '/';
  const split = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: split === -1 ? url : url.slice(0, split),
    query: split === -1 ? '' : url.slice(split + 1),
    headers: request.headers,
    body,
  };
}

const TOO_LARGE: Answer = {
  status: 413,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    error: { type: 'invalid_request_error', message: `A request may have ${MOST_BYTES} bytes at the most.` },
  }),
};

/** Undefined when it is too large. It is read to its end all the same: a client listens only once it has sent all. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_BYTES) chunks.push(chunk);
    });
    request.on('end', () => resolve(size > MOST_BYTES ? undefined : textOf(chunks)));
    request.on('error', reject);
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8');
}

function write(response: ServerResponse, answer: Answer): void {
  const { cut, status, headers, body } = answer;
  if (cut?.at === 'start') {
    if (cut.how === 'reset') response.socket?.resetAndDestroy();
    return;
  }
  if (answer.stream) {
    response.writeHead(status, headers);
    response.on(
      'close',
      answer.stream((text) => response.write(text)),
    );
    return;
  }
  const length = Buffer.byteLength(body);
  const lines = ['Content-Length', String(length)];
  for (const name in headers) lines.push(name, headers[name] ?? '');
  response.writeHead(status, lines);
  if (!cut) {
    // A text goes out in one piece with the headers, bytes would not. One of ASCII alone needs no encoder.
    response.end(body, length === body.length ? 'latin1' : 'utf8');
    return;
  }
  const bytes = Buffer.from(body);
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
    if (cut.how === 'reset') response.socket?.resetAndDestroy();
  });
}
