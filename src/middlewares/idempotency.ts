import { conflict, internalError, unprocessable } from '../domain/errors.js';
import type { StoredAnswer } from '../domain/rows/idempotency-key.js';
import type { Logger } from '../observability/logger.js';
import type { IdempotencyClaim, IdempotencyKeys } from '../services/access/idempotency-keys.js';
import { type Answer, answerOf, problemAnswerOf, type Reply } from './answer.js';
import { toProblem } from './to-problem.js';

const IN_USE_RETRY_SECONDS = 1;
/** Besides every 2xx. What tells to send the same request again is never final, whatever its status. */
const FINAL_STATUSES = new Set([402, 404, 409, 422]);
const SECRET_PLACEHOLDER = '{{clientSecret}}';

export interface IdempotencyDependencies {
  idempotencyKeys: IdempotencyKeys;
  clientSecretOf(id: string): Promise<string | null>;
  logger: Pick<Logger, 'warn'>;
}

export interface KeyedRequest {
  caller: string;
  route: string;
  key: string;
  requestHash: string;
  requestId: string;
}

/**
 * Does `work` once for each caller, route and key, and gives every later request its first final answer. The
 * answer is kept before it is sent, so a client that hangs up finds it when it asks again. What is not final
 * (5xx, or anything with Retry-After) gives the key back, and the next request with it resumes.
 */
export async function answerOnce(
  request: KeyedRequest,
  work: (claim: IdempotencyClaim) => Promise<Reply>,
  dependencies: IdempotencyDependencies,
): Promise<Answer> {
  const { caller, route, key, requestHash } = request;
  const result = await dependencies.idempotencyKeys.claim({ caller, route, key, requestHash });
  switch (result.outcome) {
    case 'claimed':
      return runClaimed(request, work, { ...dependencies, claim: result.claim });
    case 'replay':
      return replay(result.answer, dependencies);
    case 'in_progress':
      throw keyInUse();
    case 'mismatch':
      throw unprocessable(
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request. Take a new key for a new request.',
      );
  }
}

async function runClaimed(
  request: KeyedRequest,
  work: (claim: IdempotencyClaim) => Promise<Reply>,
  context: IdempotencyDependencies & { claim: IdempotencyClaim },
): Promise<Answer> {
  const { idempotencyKeys, claim } = context;
  const held = idempotencyKeys.hold(claim);
  try {
    const reply = await work(claim);
    if (reply.status >= 300)
      throw internalError('unexpected_reply', 'a keyed route replies with success only');
    await keep(storable(reply), context);
    return answerOf(reply);
  } catch (thrown) {
    await settleFailure(thrown, request, context);
    throw thrown;
  } finally {
    held.stop();
  }
}

async function settleFailure(
  thrown: unknown,
  request: KeyedRequest,
  context: IdempotencyDependencies & { claim: IdempotencyClaim },
): Promise<void> {
  const problem = toProblem(thrown);
  if (FINAL_STATUSES.has(problem.status) && problem.retryAfterSeconds === null) {
    const { status, contentType, body } = problemAnswerOf(problem, request.requestId);
    await keep({ status, contentType, body, secretOf: null }, context);
    return;
  }
  try {
    await context.idempotencyKeys.release(context.claim);
  } catch (err) {
    // The lease ends by itself, and the first failure is the one to tell.
    context.logger.warn({ err, requestId: request.requestId }, 'an Idempotency-Key could not be given back');
  }
}

/** Whoever took the key over will answer for it. */
async function keep(
  answer: StoredAnswer,
  { idempotencyKeys, claim }: IdempotencyDependencies & { claim: IdempotencyClaim },
): Promise<void> {
  if (!(await idempotencyKeys.finish(claim, answer))) throw keyInUse();
}

/** A client secret lives in the row of its payment or setup and nowhere else. */
function storable(reply: Reply): StoredAnswer {
  const secretOf = reply.secretOf ?? null;
  const kept =
    secretOf === null ? reply : { ...reply, body: { ...reply.body, clientSecret: SECRET_PLACEHOLDER } };
  const { status, contentType, body } = answerOf(kept);
  return { status, contentType, body, secretOf };
}

async function replay(stored: StoredAnswer, dependencies: IdempotencyDependencies): Promise<Answer> {
  const { status, contentType, secretOf } = stored;
  const body = secretOf === null ? stored.body : await fillSecret(stored.body, secretOf, dependencies);
  return { status, contentType, body, headers: { 'Idempotent-Replayed': 'true' } };
}

async function fillSecret(
  body: string,
  id: string,
  { clientSecretOf }: IdempotencyDependencies,
): Promise<string> {
  const clientSecret = await clientSecretOf(id);
  if (clientSecret === null) throw internalError('client_secret_missing', `${id} has no client secret`);
  return JSON.stringify({ ...JSON.parse(body), clientSecret });
}

function keyInUse() {
  return conflict('idempotency_key_in_use', 'A request with this Idempotency-Key is still being worked on.', {
    retryAfterSeconds: IN_USE_RETRY_SECONDS,
  });
}
