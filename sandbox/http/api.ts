import { contract } from '../contract/contract.js';
import type { Engine } from '../engine.js';
import { checkExpand, expand } from '../present/expand.js';
import type { AccountState } from '../store/account-state.js';
import type { ApiObject, StoredAnswer } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { type Params, validateParams } from '../validate/validate-params.js';
import { checkAccess, hasPublishableKey } from './access.js';
import { CROSS_ORIGIN, preflight } from './cross-origin.js';
import type { Answer, ApiRequest } from './exchange.js';
import { afterwards, delayed, interruption } from './fault-answer.js';
import type { Fault, Faults } from './faults.js';
import { decodeForm, type Form } from './form.js';
import { InFlight, type KeyedRequest, storedAnswer } from './idempotency.js';
import { checkPublicCall, refuseCardNumbers, shownToBrowsers } from './publishable.js';
import type { LogEntry, RequestLog } from './request-log.js';
import type { Match, Router } from './router.js';
import { docUrl, notImplemented, resourceMissing, StripeError } from './stripe-error.js';

interface Arrival {
  request: ApiRequest;
  requestId: string;
  entry: LogEntry;
}

interface Attempt {
  account: AccountState;
  /** With the publishable key: what it may not see is left out. */
  isPublic: boolean;
  request: ApiRequest;
  requestId: string;
  keyed: KeyedRequest | undefined;
  match: Match;
  params: Params;
}

/** One API request from its bytes to its answer: access, route, parameters, idempotency, change, presentation. */
export class Api {
  private readonly inFlight = new InFlight();
  private dated = { second: 0, text: new Date(0).toUTCString() };

  constructor(private readonly deps: { engine: Engine; router: Router; faults: Faults; log: RequestLog }) {}

  /** At once unless a fault delays it or the disk has to be waited for. */
  handle(request: ApiRequest): Answer | Promise<Answer> {
    const asked = preflight(request);
    if (asked) return asked;
    const { engine, log } = this.deps;
    const requestId = engine.requestIds.next('req');
    const arrival = { request, requestId, entry: log.begin(request, requestId) };
    let answer: Answer | Promise<Answer>;
    try {
      answer = this.run(arrival);
    } catch (error) {
      answer = this.failed(error, arrival);
    }
    if (answer instanceof Promise || engine.store.flushed()) return this.finishLater(answer, arrival);
    return this.finish(answer, arrival);
  }

  private async finishLater(pending: Answer | Promise<Answer>, arrival: Arrival): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await pending;
    } catch (error) {
      answer = this.failed(error, arrival);
    }
    // What is not on the disk yet may not be told to anybody.
    await this.deps.engine.store.flushed();
    return this.finish(answer, arrival);
  }

  private finish(answer: Answer, { request, requestId, entry }: Arrival): Answer {
    this.addHeaders(answer, request, requestId);
    this.deps.log.end(entry, answer);
    return answer;
  }

  private run({ request, requestId, entry }: Arrival): Answer | Promise<Answer> {
    const { engine, faults } = this.deps;
    const { store, clock } = engine;
    const account = checkAccess(request, store);
    const { accountId } = account;
    entry.logged.account = accountId;
    const { method, path } = request;
    const fault = faults.strike({ requestId, method, path, account: accountId });
    if (fault) entry.logged.fault = fault.id;
    const early = fault?.when === 'before' ? interruption(fault) : undefined;
    if (early && !(fault?.action.type === 'status' && fault.action.store)) return early;
    const match = this.route(request, account);
    const isPublic = hasPublishableKey(request, store.ids);
    const sent = decodeForm(entry.form);
    const form = isPublic ? checkPublicCall(account, match, { form: sent, headers: request.headers }) : sent;
    const params = this.parameters(request, match, form);
    if (!isPublic) refuseCardNumbers(params);
    const keyed = keyedRequest(request, accountId);
    const attempt = { account, isPublic, request, requestId, keyed, match, params };
    const stored = keyed && storedAnswer(account, keyed, clock.nowMs());
    if (fault) return this.struck(attempt, { fault, early, stored });
    if (stored) return replayed(stored);
    if (keyed) this.inFlight.refuse(keyed);
    return this.execute(attempt);
  }

  /** A fault may take its time: meanwhile its key is in use. */
  private async struck(
    attempt: Attempt,
    { fault, early, stored }: { fault: Fault; early: Answer | undefined; stored: StoredAnswer | undefined },
  ): Promise<Answer> {
    if (stored) {
      await delayed(fault, 'before');
      return afterwards(fault, replayed(stored));
    }
    const { keyed } = attempt;
    if (keyed) this.inFlight.begin(keyed);
    try {
      await delayed(fault, 'before');
      const answer = early ? this.keep(attempt, early) : this.execute(attempt);
      await delayed(fault, 'after');
      return afterwards(fault, answer);
    } finally {
      if (keyed) this.inFlight.end(keyed);
    }
  }

  private route(request: ApiRequest, account: AccountState): Match {
    const { method, path } = request;
    const match = this.deps.router.match(method, path);
    if (!match)
      throw new StripeError(404, {
        type: 'invalid_request_error',
        message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      });
    if (!match.route.handler && !seededAt(request, account)) throw notImplemented(match.route.key);
    return match;
  }

  private parameters(request: ApiRequest, { route }: Match, form: Form): Params {
    if (request.method === 'POST' && String(request.headers['content-type']).includes('json'))
      throw new StripeError(400, {
        type: 'invalid_request_error',
        message:
          'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
      });
    const params = validateParams(form, route.contract?.params ?? null);
    if (params.expand !== undefined && route.contract)
      checkExpand(params.expand as string[], route.contract.returns);
    return params;
  }

  /** The change, its events and the stored answer are one transaction. */
  private execute(attempt: Attempt): Answer {
    const { account, requestId, keyed, match, request, params } = attempt;
    const identity = { id: requestId, idempotency_key: keyed?.key ?? null };
    const tx = this.deps.engine.store.begin(identity, account);
    try {
      const result =
        seededAt(request, account) ??
        match.route.handler?.({ tx, params, ids: match.ids, path: request.path });
      if (!result) throw new Error('a handler gave nothing');
      const presented = this.present(tx, attempt, result);
      return this.commit(tx, attempt, { answer: ok(presented), kept: presented });
    } catch (error) {
      if (error instanceof StripeError && error.commits)
        return this.commit(tx, attempt, { answer: this.failed(error, attempt) });
      if (error instanceof StripeError && !error.isValidation)
        return this.keep(attempt, this.failed(error, attempt));
      throw error;
    }
  }

  private present(tx: Transaction, { isPublic, match, params }: Attempt, result: ApiObject): ApiObject {
    const paths = params.expand as string[] | undefined;
    const expanded = paths ? expand(tx, result, paths) : result;
    if (this.deps.engine.fidelity && match.route.contract)
      this.deps.engine.fidelity.checkAnswer(match.route.contract, expanded);
    return isPublic ? shownToBrowsers(expanded) : expanded;
  }

  private commit(
    tx: Transaction,
    { keyed, requestId }: Attempt,
    { answer, kept = answer.body }: { answer: Answer; kept?: ApiObject | string },
  ): Answer {
    if (keyed) {
      const { key, method, path, form } = keyed;
      const { status } = answer;
      tx.put('idempotency_key', {
        id: key,
        method,
        path,
        form,
        status,
        body: kept,
        requestId,
        created: tx.nowMs,
      });
    }
    this.deps.engine.store.commit(tx);
    return answer;
  }

  /** Remembers an answer that changed nothing. */
  private keep(attempt: Attempt, answer: Answer): Answer {
    if (!attempt.keyed) return answer;
    return this.commit(this.deps.engine.store.begin(undefined, attempt.account), attempt, { answer });
  }

  private failed(error: unknown, { request, requestId }: Pick<Arrival, 'request' | 'requestId'>): Answer {
    const known =
      error instanceof StripeError
        ? error
        : new StripeError(500, {
            type: 'api_error',
            message: `The sandbox failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          });
    const { code } = known.error;
    const isPublic = hasPublishableKey(request, this.deps.engine.store.ids);
    const body = {
      error: {
        ...(isPublic ? shownToBrowsers(known.error) : known.error),
        ...(code !== undefined && !code.startsWith('sandbox_') && { doc_url: docUrl(code) }),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}?t=${Math.floor(this.deps.engine.clock.nowMs() / 1000)}`,
      },
    };
    return { status: known.status, headers: {}, body: JSON.stringify(body, null, 2) };
  }

  private addHeaders(answer: Answer, request: ApiRequest, requestId: string): void {
    const key = request.headers['idempotency-key'];
    const headers: Record<string, string> = {
      'Content-Type': 'application/json',
      Date: this.date(),
      'Request-Id': requestId,
      'Stripe-Version': contract.apiVersion,
    };
    if (request.method === 'POST' && typeof key === 'string') {
      headers['Idempotency-Key'] = key;
      headers['Original-Request'] = requestId;
    }
    // Only pages of other origins look at these.
    if (request.headers.origin !== undefined) Object.assign(headers, CROSS_ORIGIN);
    answer.headers = Object.assign(headers, answer.headers);
  }

  /** Written once a second. */
  private date(): string {
    const second = Math.floor(this.deps.engine.clock.nowMs() / 1000);
    if (second !== this.dated.second) this.dated = { second, text: new Date(second * 1000).toUTCString() };
    return this.dated.text;
  }
}

function seededAt({ method, path }: ApiRequest, account: AccountState): ApiObject | undefined {
  const seeded = method === 'GET' ? account.collection('seeded_object').get(path) : undefined;
  if (seeded?.gone) throw resourceMissing(seeded.object.object, seeded.object.id ?? '');
  return seeded?.object;
}

function keyedRequest(request: ApiRequest, account: string): KeyedRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || typeof key !== 'string' || key === '') return undefined;
  return { account, key, method: request.method, path: request.path, form: request.body };
}

function ok(object: ApiObject): Answer {
  return { status: 200, headers: {}, body: JSON.stringify(object) };
}

function replayed({ status, body, requestId }: StoredAnswer): Answer {
  return {
    status,
    headers: { 'Idempotent-Replayed': 'true', 'Original-Request': requestId },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}
