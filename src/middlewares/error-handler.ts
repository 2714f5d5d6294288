import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../observability/logger.js';
import { problemAnswerOf, sendAnswer } from './answer.js';
import { requestIdOf } from './request-context.js';
import { toProblem } from './to-problem.js';

/** Answers every failure as problem+json. Only what nobody foresaw is logged as an error, with its cause. */
export function errorHandler(logger: Pick<Logger, 'error' | 'warn'>): ErrorRequestHandler {
  // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters.
  return (err, _req, res, next) => {
    const problem = toProblem(err);
    const requestId = requestIdOf(res);
    if (problem.unexpected) {
      const level = problem.status === 503 ? 'warn' : 'error';
      logger[level]({ err, requestId }, 'the request failed');
    }
    // Too late for an answer: Express ends the connection.
    if (res.headersSent) return next(err);
    sendAnswer(res, problemAnswerOf(problem, requestId));
  };
}
