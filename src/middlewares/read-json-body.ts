import express, { type RequestHandler } from 'express';
import { HttpProblem } from './http-problem.js';

/** JSON and nothing else, read only for callers that were let in. A missing body is for validation to refuse. */
export function readJsonBody(limitBytes: number): RequestHandler[] {
  return [requireJson, express.json({ limit: limitBytes, inflate: false, type: 'application/json' })];
}

const requireJson: RequestHandler = (req, _res, next) => {
  // `is` gives null when there is no body.
  if (req.is('application/json') === false) {
    throw new HttpProblem({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'Send the body as JSON, with Content-Type: application/json.',
    });
  }
  next();
};
