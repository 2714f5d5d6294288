import { checkRule } from './check-fault-rule.js';
import { docUrl } from './stripe-error.js';

/** What an answer turns into. */
export type PlainAction =
  | {
      type: 'status';
      status: number;
      /** JSON as an object, or HTML as a string. Stripe's usual error for the status when left out. */
      body?: Record<string, unknown> | string;
      headers?: Record<string, string>;
      /** Kept under the request's idempotency key, as Stripe keeps its own 500s. */
      store?: boolean;
    }
  | { type: 'reset' }
  | { type: 'hang' }
  | { type: 'delay'; ms: number }
  | { type: 'stall' };

export type RateLimitReason =
  | 'endpoint-concurrency'
  | 'endpoint-rate'
  | 'global-concurrency'
  | 'global-rate'
  | 'resource-specific';

export type FaultAction =
  | PlainAction
  /** 429 `rate_limit` with `Stripe-Rate-Limited-Reason`. */
  | { type: 'rate_limit'; reason?: RateLimitReason; retryAfterSeconds?: number }
  /** 429 `lock_timeout`: another request holds the object. */
  | { type: 'lock_timeout' };

export interface FaultMatch {
  method?: string;
  /** A glob (`*` stays inside a segment, `**` crosses them), or a regular expression as `/…/`. */
  path?: string;
  /** Only the nth request that matches otherwise, counted from 1. */
  nth?: number;
  account?: string;
}

export interface FaultRule {
  /** Every request when left out. */
  match?: FaultMatch;
  /** Before the change, after it was committed, or in the middle of the body of its answer. */
  when: 'before' | 'after' | 'body';
  action: FaultAction;
  /** How often it strikes; without end when left out. */
  times?: number;
}

/** A request that a rule struck. */
export interface FaultHit {
  requestId: string;
  method: string;
  path: string;
  account: string;
}

export interface ListedFault {
  id: string;
  rule: FaultRule;
  /** How many requests matched. */
  seen: number;
  struck: number;
  /** The latest that it struck. */
  hits: readonly FaultHit[];
}

interface ArmedRule {
  id: string;
  rule: FaultRule;
  action: PlainAction;
  path: RegExp | undefined;
  seen: number;
  struck: number;
  hits: FaultHit[];
}

export interface Fault {
  id: string;
  when: FaultRule['when'];
  action: PlainAction;
}

const MOST_HITS = 100;

export class Faults {
  private readonly rules = new Map<string, ArmedRule>();
  private count = 0;

  /** Throws an error that names the field when the rule is wrong. */
  add(given: FaultRule): string {
    const rule = checkRule(given);
    this.count += 1;
    const id = `fault_${this.count}`;
    const path = rule.match?.path === undefined ? undefined : pattern(rule.match.path);
    this.rules.set(id, { id, rule, action: plain(rule.action), path, seen: 0, struck: 0, hits: [] });
    return id;
  }

  remove(id: string): boolean {
    return this.rules.delete(id);
  }

  clear(): void {
    this.rules.clear();
  }

  list(): ListedFault[] {
    return [...this.rules.values()].map(({ id, rule, seen, struck, hits }) => ({
      id,
      rule,
      seen,
      struck,
      hits: [...hits],
    }));
  }

  /** The first rule that strikes this request. */
  strike(request: FaultHit): Fault | undefined {
    if (this.rules.size === 0) return undefined;
    for (const armed of this.rules.values()) {
      if (!matches(armed, request)) continue;
      armed.seen += 1;
      const { match, times, when } = armed.rule;
      if (match?.nth !== undefined && armed.seen !== match.nth) continue;
      if (times !== undefined && armed.struck >= times) continue;
      armed.struck += 1;
      armed.hits = [...armed.hits.slice(1 - MOST_HITS), request];
      return { id: armed.id, when, action: armed.action };
    }
    return undefined;
  }
}

const RATE_LIMITED =
  'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.';
const LOCKED =
  'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.';

function plain(action: FaultAction): PlainAction {
  if (action.type === 'rate_limit') {
    const { reason = 'global-rate', retryAfterSeconds } = action;
    return {
      type: 'status',
      status: 429,
      headers: {
        'Stripe-Rate-Limited-Reason': reason,
        ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      },
      body: tooMany('rate_limit', RATE_LIMITED),
    };
  }
  if (action.type === 'lock_timeout')
    return { type: 'status', status: 429, body: tooMany('lock_timeout', LOCKED) };
  return action;
}

function tooMany(code: string, message: string): Record<string, unknown> {
  return { error: { type: 'invalid_request_error', code, doc_url: docUrl(code), message } };
}

function matches(armed: ArmedRule, request: FaultHit): boolean {
  const { method, account } = armed.rule.match ?? {};
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (account !== undefined && account !== request.account) return false;
  return armed.path?.test(request.path) ?? true;
}

function pattern(path: string): RegExp {
  const expression = /^\/(.*)\/$/.exec(path)?.[1];
  // A path such as /v1/charges/ is no expression: those begin with an anchor or hold what a path cannot.
  if (expression !== undefined && /[\\^$()[\]{}|+?]|\.\*/.test(expression)) return new RegExp(expression);
  const glob = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'));
  return new RegExp(`^${glob}$`);
}
