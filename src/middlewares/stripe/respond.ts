import type { ServerResponse } from 'node:http';
import type { HttpProblem } from '../http-problem.js';
import { problemBody } from '../to-problem.js';

const RECEIVED = JSON.stringify({ received: true });
const RECEIVED_HEADERS = headersOf('application/json; charset=utf-8', RECEIVED);

/** 200, without Express. */
export function respondReceived(res: ServerResponse): void {
  if (res.destroyed || res.headersSent) return;
  res.writeHead(200, RECEIVED_HEADERS);
  res.end(RECEIVED);
}

/** RFC 9457, without Express. Where the body was not read to its end the connection is of no further use. */
export function respondProblem(res: ServerResponse, problem: HttpProblem, requestId: string): void {
  if (res.destroyed || res.headersSent) return;
  const { status, code, detail, headers } = problem;
  const content = { status, code, detail, errors: [], stripe: null, extra: {} };
  const body = JSON.stringify(problemBody(content, requestId));
  res.writeHead(status, {
    ...headersOf('application/problem+json; charset=utf-8', body),
    'X-Request-Id': requestId,
    ...(res.req.complete ? {} : { Connection: 'close' }),
    ...headers,
  });
  res.end(body);
}

function headersOf(contentType: string, body: string) {
  return {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  };
}
