import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../observability/logger.js';
import { HttpProblem } from '../http-problem.js';
import { requestIdFrom } from '../request-context.js';
import { type RawBodyProblem, readRawBody } from './read-raw-body.js';
import { respondJson, respondProblem } from './respond.js';
import { createSignatureVerifier } from './verify-signature.js';

/** What every event has, of v1 (`object: 'event'`) and of v2 (`object: 'v2.core.event'`). */
export interface StripeEventEnvelope {
  id: string;
  object: string;
  type: string;
  [member: string]: unknown;
}

export interface ReceivedEvent {
  event: StripeEventEnvelope;
  /** Length of the body. */
  bytes: number;
  endpoint: 'platform';
}

export interface WebhookOptions {
  /** The newest first; each must look like `whsec_…`. */
  secrets: readonly string[];
  bodyLimitBytes: number;
  toleranceSeconds: number;
  now: () => Date;
  /** Resolves once the event is stored durably, now or before; throws otherwise. */
  ingest: (received: ReceivedEvent) => Promise<void>;
  logger: Pick<Logger, 'error' | 'warn'>;
  /** Counts a wrong signature; gives the seconds to wait when the sender had too many of them, else null. */
  limitBadSignatures?(req: IncomingMessage): Promise<number | null>;
  /** Time for the body to arrive; default 10 s. */
  bodyTimeoutMs?: number;
}

export type WebhookHandler = (req: IncomingMessage, res: ServerResponse) => void;

const RETRY_SECONDS = 5;

const BODY_PROBLEMS: Readonly<Record<Exclude<RawBodyProblem, 'aborted'>, HttpProblem>> = {
  too_large: problem(413, 'body_too_large', 'The body is larger than this endpoint takes.'),
  too_slow: problem(408, 'body_too_slow', 'The body did not arrive in time.'),
  already_parsed: problem(
    500,
    'raw_body_missing',
    'A body parser ran before the webhook handler. Mount the handler before express.json(), or keep the bytes in ' +
      'req.rawBody: express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }).',
  ),
};

/**
 * The intake of Stripe's events: verify the raw bytes, have them stored, and only then answer 200. One plain Node
 * handler, which our server calls before Express (half of the cost) and any host can mount in Express 4 or 5.
 * It never rejects, and logs only failures: never a header, a secret or a payload.
 */
export function receiveWebhook(options: WebhookOptions): WebhookHandler {
  const verify = createSignatureVerifier(options);
  return (req, res) => {
    const requestId = requestIdFrom(req.headers['x-request-id']);
    res.setHeader('X-Request-Id', requestId);
    void receive(req, res, { ...options, verify, requestId });
  };
}

async function receive(req: IncomingMessage, res: ServerResponse, options: ReadOptions): Promise<void> {
  const { requestId, logger } = options;
  try {
    const received = await readEvent(req, options);
    if (received === null) return;
    await store(received, options);
    respondJson(res, { received: true });
  } catch (thrown) {
    const answer = thrown instanceof HttpProblem ? thrown : unforeseen(thrown, requestId, logger);
    respondProblem(res, answer, requestId);
  }
}

interface ReadOptions extends WebhookOptions {
  verify: ReturnType<typeof createSignatureVerifier>;
  requestId: string;
}

/** Null when the sender went away. Throws HttpProblem. */
async function readEvent(req: IncomingMessage, options: ReadOptions): Promise<ReceivedEvent | null> {
  const { logger, requestId } = options;
  checkHeaders(req);
  const limits = { bytes: options.bodyLimitBytes, timeoutMs: options.bodyTimeoutMs ?? 10_000 };
  const body = await readRawBody(req, limits);
  if (!body.ok) {
    if (body.reason === 'aborted') return null;
    const { status, detail } = BODY_PROBLEMS[body.reason];
    if (status === 500) logger.error({ requestId, reason: body.reason }, detail);
    else logger.warn({ requestId, reason: body.reason }, 'a webhook was refused');
    throw BODY_PROBLEMS[body.reason];
  }
  const { bytes } = body;
  const check = options.verify({ body: bytes, header: req.headers['stripe-signature'], now: options.now() });
  if (!check.ok) {
    logger.warn({ requestId, reason: check.reason }, 'a webhook was refused');
    throw await badSignature(req, options);
  }
  const event = parseEvent(bytes);
  if (event === null) {
    logger.warn({ requestId, reason: 'not_an_event' }, 'a signed webhook was refused');
    throw problem(400, 'invalid_event', 'The body is not an event.');
  }
  return { event, bytes: bytes.length, endpoint: 'platform' };
}

/** Only the wrong ones are counted, after they were checked: a valid event is never refused for them. */
async function badSignature(req: IncomingMessage, options: WebhookOptions): Promise<HttpProblem> {
  const seconds = (await options.limitBadSignatures?.(req)) ?? null;
  if (seconds === null) return problem(400, 'invalid_signature', 'The signature is not valid.');
  return new HttpProblem({
    status: 429,
    code: 'rate_limited',
    detail: `Too many webhooks with wrong signatures came from your address. Wait ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  });
}

function checkHeaders(req: IncomingMessage): void {
  if (req.method !== 'POST') {
    throw new HttpProblem({
      status: 405,
      code: 'method_not_allowed',
      detail: 'This path takes POST.',
      headers: { Allow: 'POST' },
    });
  }
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw problem(415, 'unsupported_encoding', 'Send the body without Content-Encoding.');
  }
}

/** Invalid UTF-8 is refused rather than repaired: the event that is stored must be the event that was signed. */
function parseEvent(bytes: Buffer): StripeEventEnvelope | null {
  if (!isUtf8(bytes)) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  return isEnvelope(parsed) ? parsed : null;
}

function isEnvelope(parsed: unknown): parsed is StripeEventEnvelope {
  if (typeof parsed !== 'object' || parsed === null) return false;
  const { id, object, type } = parsed as Record<string, unknown>;
  return [id, object, type].every((value) => typeof value === 'string' && value !== '');
}

async function store(received: ReceivedEvent, { ingest }: WebhookOptions): Promise<void> {
  try {
    await ingest(received);
  } catch (cause) {
    throw new NotStored('the event could not be stored', { cause });
  }
}

class NotStored extends Error {
  override readonly name = 'NotStored';
}

/** Not stored, or a mistake of ours: either way Stripe sends the event again. */
function unforeseen(thrown: unknown, requestId: string, logger: WebhookOptions['logger']): HttpProblem {
  logger.error({ requestId, err: thrown }, 'a webhook was not stored');
  return new HttpProblem({
    status: 503,
    code: 'event_not_stored',
    detail: 'The event could not be stored. Send it again.',
    headers: { 'Retry-After': String(RETRY_SECONDS) },
  });
}

function problem(status: number, code: string, detail: string) {
  return new HttpProblem({ status, code, detail });
}
