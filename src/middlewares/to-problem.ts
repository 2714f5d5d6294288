import { type FieldError, isGuichetError, type StripeErrorInfo } from '../domain/errors.js';
import { httpStatus } from '../utils/http-status.js';
import { isDatabaseUnavailable } from './database-unavailable.js';
import { HttpProblem } from './http-problem.js';

const DATABASE_RETRY_SECONDS = 2;
const CLAIM_RETRY_SECONDS = 1;

/** A failure as HTTP tells it, before it is written down for one request. */
export interface ProblemAnswer {
  status: number;
  code: string;
  detail: string;
  errors: readonly FieldError[];
  stripe: StripeErrorInfo | null;
  retryAfterSeconds: number | null;
  extra: Readonly<Record<string, string | number | boolean | null>>;
  headers: Readonly<Record<string, string>>;
  /** Nobody foresaw it: it is logged as an error, and its message is not told. */
  unexpected: boolean;
}

type ProblemBasics = Pick<ProblemAnswer, 'status' | 'code' | 'detail'>;
export type ProblemContent = ProblemBasics & Pick<ProblemAnswer, 'errors' | 'stripe' | 'extra'>;

/** What body-parser and the router say; their messages quote the request, so they are never passed on. */
const PARSER_PROBLEMS: Readonly<Record<string, ProblemBasics>> = {
  'entity.too.large': {
    status: 413,
    code: 'body_too_large',
    detail: 'The body is larger than this service takes.',
  },
  'entity.parse.failed': { status: 400, code: 'invalid_json', detail: 'The body is not valid JSON.' },
  'encoding.unsupported': {
    status: 415,
    code: 'unsupported_encoding',
    detail: 'Send the body without Content-Encoding.',
  },
  'charset.unsupported': { status: 415, code: 'unsupported_charset', detail: 'Send the body as UTF-8.' },
};

/** Turns anything that was thrown into a problem (RFC 9457). The only place where a failure becomes a status. */
export function toProblem(thrown: unknown): ProblemAnswer {
  if (isGuichetError(thrown)) {
    const { code, detail, errors, stripe, retryAfterSeconds, extra } = thrown;
    if (thrown.category === 'internal') return unexpectedProblem();
    const status = httpStatus(thrown.category);
    return { ...basic({ status, code, detail }), errors, stripe, retryAfterSeconds, extra };
  }
  if (thrown instanceof HttpProblem) return { ...basic(thrown), headers: thrown.headers };
  if (thrown instanceof Error && thrown.name === 'LostClaim') return claimLost();
  if (isDatabaseUnavailable(thrown)) return databaseUnavailable();
  return requestProblem(thrown) ?? unexpectedProblem();
}

/** The members of the answer, in the order in which a person reads them. */
export function problemBody(problem: ProblemContent, requestId: string): Record<string, unknown> {
  const { status, code, detail, errors, stripe, extra } = problem;
  return {
    ...extra,
    type: `urn:guichet:problem:${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    requestId,
    ...(errors.length === 0 ? {} : { errors }),
    ...(stripe === null ? {} : { stripe }),
  };
}

/** Another request took the Idempotency-Key over while this one was stuck; that one will have the answer. */
function claimLost(): ProblemAnswer {
  const detail = 'A request with this Idempotency-Key is still being worked on.';
  return {
    ...basic({ status: 409, code: 'idempotency_key_in_use', detail }),
    retryAfterSeconds: CLAIM_RETRY_SECONDS,
  };
}

function databaseUnavailable(): ProblemAnswer {
  const detail = 'The database cannot be reached just now. Send the same request again.';
  return {
    ...basic({ status: 503, code: 'database_unavailable', detail }),
    retryAfterSeconds: DATABASE_RETRY_SECONDS,
    unexpected: true,
  };
}

function unexpectedProblem(): ProblemAnswer {
  const detail = 'Something went wrong here. The request id helps us to find out what.';
  return { ...basic({ status: 500, code: 'internal_error', detail }), unexpected: true };
}

/** An error of body-parser or the router that blames the request. */
function requestProblem(thrown: unknown): ProblemAnswer | null {
  if (!(thrown instanceof Error)) return null;
  const { type, status } = thrown as { type?: unknown; status?: unknown };
  const known = typeof type === 'string' ? PARSER_PROBLEMS[type] : undefined;
  if (known !== undefined) return basic(known);
  if (typeof status !== 'number' || status < 400 || status > 499) return null;
  return basic({ status: 400, code: 'bad_request', detail: 'The request could not be read.' });
}

function basic({ status, code, detail }: ProblemBasics): ProblemAnswer {
  return {
    ...{ status, code, detail, errors: [], stripe: null, retryAfterSeconds: null },
    ...{ extra: {}, headers: {}, unexpected: false },
  };
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
