import type { RequestHandler } from 'express';
import { notFound } from '../domain/errors.js';
import { HttpProblem } from './http-problem.js';

export const pathNotFound: RequestHandler = () => {
  throw notFound('path_not_found', 'There is no such path. The API is described at /docs.');
};

/** For a path that exists, under other methods. */
export function methodNotAllowed(methods: readonly string[]): RequestHandler {
  const allowed = methods.map((method) => method.toUpperCase()).join(', ');
  return () => {
    throw new HttpProblem({
      status: 405,
      code: 'method_not_allowed',
      detail: `This path takes ${allowed}.`,
      headers: { Allow: allowed },
    });
  };
}
