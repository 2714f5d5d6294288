import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../observability/logger.js';
import { IntakeFull } from '../../services/stripe/webhooks/group-inserts.js';
import type { ReceivedEvent } from '../../services/stripe/webhooks/ingest-event.js';
import { HttpProblem } from '../http-problem.js';
import { requestIdFrom } from '../request-context.js';
import { readRawBody } from './read-raw-body.js';
import { respondProblem, respondReceived } from './respond.js';
import { createSignatureVerifier, type SignatureCheck } from './verify-signature.js';
import {
  BAD_SIGNATURE,
  BODY_PROBLEMS,
  ENCODED,
  NO_EVENT,
  NOT_POST,
  NOT_STORED,
  tooManyBadSignatures,
} from './webhook-problems.js';

export interface WebhookOptions {
  /** The newest first; each must look like `whsec_…`. */
  secrets: readonly string[];
  bodyLimitBytes: number;
  toleranceSeconds: number;
  now: () => Date;
  /** Resolves once the event is stored durably, now or before; throws otherwise. */
  ingest: (received: ReceivedEvent) => Promise<unknown>;
  logger: Pick<Logger, 'error' | 'warn'>;
  /** Counts a wrong signature; gives the seconds to wait when the sender had too many of them, else null. */
  limitBadSignatures?(req: IncomingMessage): Promise<number | null>;
  /** A right signature was refused for its time, and none was taken for as long as the tolerance is. */
  clockIsOff?(): void;
  /** Time for the body to arrive; default 10 s. */
  bodyTimeoutMs?: number;
}

export type WebhookHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * The intake of Stripe's events: verify the raw bytes, have them stored, and only then answer 200. One plain Node
 * handler, which our server calls before Express (half of the cost) and any host can mount in Express 4 or 5.
 * It never rejects, and logs only failures: never a header, a secret or a payload.
 */
export function receiveWebhook(options: WebhookOptions): WebhookHandler {
  const intake: Intake = {
    ...options,
    limits: { bytes: options.bodyLimitBytes, timeoutMs: options.bodyTimeoutMs ?? 10_000 },
    verify: createSignatureVerifier(options),
    watchClock: clockWatch(options),
  };
  return (req, res) => {
    receive(req, intake).then(
      (outcome) => outcome === 'stored' && respondReceived(res),
      (thrown: unknown) => refuse(thrown, { req, res }, intake),
    );
  };
}

/** Where no secret is set nothing can be verified: every request is answered so. */
export function refuseWebhooks(problem: HttpProblem): WebhookHandler {
  return (req, res) => respondProblem(res, problem, requestIdFrom(req.headers['x-request-id']));
}

interface Intake extends WebhookOptions {
  limits: { bytes: number; timeoutMs: number };
  verify: ReturnType<typeof createSignatureVerifier>;
  watchClock: (check: SignatureCheck, now: Date) => void;
}

/** Throws HttpProblem for what is refused, and whatever `ingest` throws. */
async function receive(req: IncomingMessage, intake: Intake): Promise<'stored' | 'sender_gone'> {
  if (req.method !== 'POST') throw NOT_POST;
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw ENCODED;
  const body = await readRawBody(req, intake.limits);
  if (!body.ok) {
    if (body.reason === 'aborted') return 'sender_gone';
    throw new Refused(body.reason, BODY_PROBLEMS[body.reason]);
  }
  const now = intake.now();
  const check = intake.verify({ body: body.bytes, header: req.headers['stripe-signature'], now });
  intake.watchClock(check, now);
  if (!check.ok) throw new Refused(check.reason, await badSignature(req, intake));
  const received = readEvent(body.bytes);
  if (received === null) throw new Refused('not_an_event', NO_EVENT);
  await intake.ingest(received);
  return 'stored';
}

/** What is refused for its content, with the reason in one word: that is for the log, and the sender is not told. */
class Refused extends Error {
  constructor(
    readonly reason: string,
    readonly problem: HttpProblem,
  ) {
    super(reason);
  }
}

function refuse(
  thrown: unknown,
  { req, res }: { req: IncomingMessage; res: ServerResponse },
  { logger }: Intake,
): void {
  const requestId = requestIdFrom(req.headers['x-request-id']);
  if (thrown instanceof Refused) {
    const { reason, problem } = thrown;
    if (problem.status === 500) logger.error({ requestId, reason }, problem.detail);
    else logger.warn({ requestId, reason }, 'a webhook was refused');
    respondProblem(res, problem, requestId);
  } else if (thrown instanceof HttpProblem) {
    respondProblem(res, thrown, requestId);
  } else {
    if (thrown instanceof IntakeFull) logger.warn({ requestId, reason: 'intake_full' }, thrown.message);
    else logger.error({ requestId, err: thrown }, 'a webhook was not stored');
    respondProblem(res, NOT_STORED, requestId);
  }
}

/** Only the wrong ones are counted, after they were checked: a valid event is never refused for them. */
async function badSignature(
  req: IncomingMessage,
  { limitBadSignatures }: WebhookOptions,
): Promise<HttpProblem> {
  const seconds = (await limitBadSignatures?.(req)) ?? null;
  return seconds === null ? BAD_SIGNATURE : tooManyBadSignatures(seconds);
}

/**
 * Stripe signs each attempt anew: a right signature with a wrong time means that a clock is off, or that somebody sends
 * an old request again. While others are taken it is no clock.
 */
function clockWatch({ toleranceSeconds, clockIsOff }: WebhookOptions): Intake['watchClock'] {
  let lastTaken = Number.NEGATIVE_INFINITY;
  return (check, now) => {
    if (check.ok) lastTaken = now.getTime();
    else if (check.onlyTime && now.getTime() - lastTaken > toleranceSeconds * 1000) clockIsOff?.();
  };
}

/** Ids of Stripe are no longer. */
const MOST_CHARACTERS = 255;

/** Null for what is no event. Invalid UTF-8 is refused rather than repaired: what is stored must be what was signed. */
function readEvent(bytes: Buffer): ReceivedEvent | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  return isEvent(parsed) ? { event: parsed, text, bytes: bytes.length } : null;
}

function isEvent(parsed: unknown): parsed is ReceivedEvent['event'] {
  if (typeof parsed !== 'object' || parsed === null) return false;
  const { id, object, type } = parsed as Record<string, unknown>;
  return isName(id) && isName(object) && isName(type);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS;
}
