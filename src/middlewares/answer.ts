import type { Response } from 'express';
import { type ProblemAnswer, problemBody } from './to-problem.js';

/** What a controller answers. Failures are thrown as `GuichetError`. */
export interface Reply {
  status: 200 | 201 | 202 | 503;
  body: object;
  /** The payment or setup whose client secret is the body's `clientSecret`; a stored answer leaves that member out. */
  secretOf?: string;
}

/** An answer as it goes over the wire, and as an Idempotency-Key keeps it. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers: Readonly<Record<string, string>>;
}

export function answerOf(reply: Reply): Answer {
  const body = JSON.stringify(reply.body);
  return { status: reply.status, contentType: 'application/json; charset=utf-8', body, headers: {} };
}

export function problemAnswerOf(problem: ProblemAnswer, requestId: string): Answer {
  const { status, retryAfterSeconds } = problem;
  return {
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(problemBody(problem, requestId)),
    headers: {
      ...problem.headers,
      ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(status === 401 ? { 'WWW-Authenticate': challengeOf(problem.code) } : {}),
    },
  };
}

/** RFC 6750, section 3: what was shown is named as wrong only where something was shown. */
function challengeOf(code: string): string {
  return `Bearer realm="guichet"${code === 'authentication_required' ? '' : ', error="invalid_token"'}`;
}

/** A client that has gone is no error: the answer is already kept where it matters. */
export function sendAnswer(res: Response, answer: Answer): void {
  res.status(answer.status).set(answer.headers).set('Cache-Control', 'no-store');
  res.set('Content-Type', answer.contentType).send(answer.body);
}
