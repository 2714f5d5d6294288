import { HttpProblem } from '../http-problem.js';
import type { RawBodyProblem } from './read-raw-body.js';

const RETRY_SECONDS = 5;

export const BODY_PROBLEMS: Readonly<Record<Exclude<RawBodyProblem, 'aborted'>, HttpProblem>> = {
  too_large: problem(413, 'body_too_large', 'The body is larger than this endpoint takes.'),
  too_slow: problem(408, 'body_too_slow', 'The body did not arrive in time.'),
  already_parsed: problem(
    500,
    'raw_body_missing',
    'A body parser ran before the webhook handler. Mount the handler before express.json(), or keep the bytes in ' +
      'req.rawBody: express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }).',
  ),
};

export const NOT_POST = new HttpProblem({
  status: 405,
  code: 'method_not_allowed',
  detail: 'This path takes POST.',
  headers: { Allow: 'POST' },
});
export const ENCODED = problem(415, 'unsupported_encoding', 'Send the body without Content-Encoding.');
export const BAD_SIGNATURE = problem(400, 'invalid_signature', 'The signature is not valid.');
export const NO_EVENT = problem(400, 'invalid_event', 'The body is not an event.');

/** Not stored, or a mistake of ours: either way Stripe sends the event again. */
export const NOT_STORED = new HttpProblem({
  status: 503,
  code: 'event_not_stored',
  detail: 'The event could not be stored. Send it again.',
  headers: { 'Retry-After': String(RETRY_SECONDS) },
});

export const CONNECT_IS_OFF = problem(
  404,
  'connect_webhooks_off',
  'No events of connected accounts are taken here: STRIPE_CONNECT_WEBHOOK_SECRETS is not set.',
);

export function tooManyBadSignatures(seconds: number): HttpProblem {
  return new HttpProblem({
    status: 429,
    code: 'rate_limited',
    detail: `Too many webhooks with wrong signatures came from your address. Wait ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  });
}

function problem(status: number, code: string, detail: string): HttpProblem {
  return new HttpProblem({ status, code, detail });
}
