export type FaultAction =
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

interface FaultMatch {
  method?: string;
  /** A glob (`*` stays inside a segment, `**` crosses them), or a regular expression as `/…/`. */
  path?: string;
  /** Only the nth request that matches otherwise, counted from 1. */
  nth?: number;
  account?: string;
}

export interface FaultRule {
  match: FaultMatch;
  /** Before the change, after it was committed, or in the middle of the body of its answer. */
  when: 'before' | 'after' | 'body';
  action: FaultAction;
  /** How often it strikes; without end when left out. */
  times?: number;
}

interface ArmedRule {
  id: string;
  rule: FaultRule;
  path: RegExp | undefined;
  seen: number;
  struck: number;
}

export interface Fault {
  id: string;
  when: FaultRule['when'];
  action: FaultAction;
}

export class Faults {
  private readonly rules = new Map<string, ArmedRule>();
  private count = 0;

  add(rule: FaultRule): string {
    checkRule(rule);
    this.count += 1;
    const id = `fault_${this.count}`;
    const path = rule.match.path === undefined ? undefined : pattern(rule.match.path);
    this.rules.set(id, { id, rule, path, seen: 0, struck: 0 });
    return id;
  }

  remove(id: string): boolean {
    return this.rules.delete(id);
  }

  clear(): void {
    this.rules.clear();
  }

  list(): { id: string; rule: FaultRule; seen: number; struck: number }[] {
    return [...this.rules.values()].map(({ id, rule, seen, struck }) => ({ id, rule, seen, struck }));
  }

  /** The first rule that strikes this request. */
  strike(request: { method: string; path: string; account: string }): Fault | undefined {
    if (this.rules.size === 0) return undefined;
    for (const armed of this.rules.values()) {
      if (!matches(armed, request)) continue;
      armed.seen += 1;
      const { match, times, when, action } = armed.rule;
      if (match.nth !== undefined && armed.seen !== match.nth) continue;
      if (times !== undefined && armed.struck >= times) continue;
      armed.struck += 1;
      return { id: armed.id, when, action };
    }
    return undefined;
  }
}

function matches(armed: ArmedRule, request: { method: string; path: string; account: string }): boolean {
  const { method, account } = armed.rule.match;
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

const ACTIONS = ['status', 'reset', 'hang', 'delay', 'stall'];

function checkRule(rule: FaultRule): void {
  if (!['before', 'after', 'body'].includes(rule.when)) throw new Error('when must be before, after or body');
  if (!ACTIONS.includes(rule.action?.type))
    throw new Error(`action.type must be one of ${ACTIONS.join(', ')}`);
  if (rule.when === 'body' && !['reset', 'stall'].includes(rule.action.type))
    throw new Error('in the middle of a body only reset and stall make sense');
  if (rule.action.type === 'status' && !(rule.action.status >= 200 && rule.action.status <= 599))
    throw new Error('action.status must be an HTTP status');
}
