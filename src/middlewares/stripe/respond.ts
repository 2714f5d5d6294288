import type { ServerResponse } from 'node:http';
import type { HttpProblem } from '../http-problem.js';
import { problemBody } from '../to-problem.js';

/** 200 with a JSON body, without Express. */
export function respondJson(res: ServerResponse, body: object): void {
  respond(res, { status: 200, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) });
}

/** RFC 9457, without Express. Where the body was not read to its end the connection is of no further use. */
export function respondProblem(res: ServerResponse, problem: HttpProblem, requestId: string): void {
  const { status, code, detail, headers } = problem;
  const content = { status, code, detail, errors: [], stripe: null, extra: {} };
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (!res.req.complete) res.setHeader('Connection', 'close');
  respond(res, {
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problemBody(content, requestId)),
  });
}

function respond(res: ServerResponse, answer: { status: number; contentType: string; body: string }): void {
  if (res.destroyed || res.headersSent) return;
  res.statusCode = answer.status;
  res.setHeader('Content-Type', answer.contentType);
  res.setHeader('Content-Length', Buffer.byteLength(answer.body));
  res.setHeader('Cache-Control', 'no-store');
  res.end(answer.body);
}
