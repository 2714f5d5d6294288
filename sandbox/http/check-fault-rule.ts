import type { FaultRule } from './faults.js';

type Given = Record<string, unknown>;

const WHEN = ['before', 'after', 'body'];
const REASONS = [
  'endpoint-concurrency',
  'endpoint-rate',
  'global-concurrency',
  'global-rate',
  'resource-specific',
];
/** What each action may have besides its type. */
const ACTIONS: Record<string, readonly string[]> = {
  delay: ['ms'],
  hang: [],
  lock_timeout: [],
  rate_limit: ['reason', 'retryAfterSeconds'],
  reset: [],
  stall: [],
  status: ['status', 'body', 'headers', 'store'],
};
const LONGEST_DELAY = 600_000;

/** Rules come from other languages too: whatever is wrong is an error that names the field and what it may be. */
export function checkRule(rule: unknown): FaultRule {
  const given = record('a fault rule', rule);
  onlyKnown('', given, ['match', 'when', 'action', 'times']);
  oneOf('when', given.when, WHEN);
  wholeNumber('times', given.times, { from: 1, optional: true });
  checkMatch(given.match);
  const action = record('action', given.action);
  checkAction(action);
  if (given.when === 'body' && !['reset', 'stall'].includes(String(action.type)))
    throw new Error(
      "action.type must be reset or stall when it strikes in the middle of a body (when: 'body')",
    );
  if (given.when !== 'body' && action.type === 'stall')
    throw new Error("when must be 'body' for stall; 'hang' never answers at all");
  return rule as FaultRule;
}

function checkMatch(given: unknown): void {
  if (given === undefined) return;
  const match = record('match', given);
  onlyKnown('match.', match, ['method', 'path', 'nth', 'account']);
  if (match.method !== undefined)
    oneOf('match.method', String(match.method).toUpperCase(), ['GET', 'POST', 'DELETE']);
  for (const name of ['path', 'account'])
    if (match[name] !== undefined && typeof match[name] !== 'string')
      throw new Error(`match.${name} must be a string`);
  if (typeof match.path === 'string' && !match.path.startsWith('/') && !match.path.startsWith('*'))
    throw new Error("match.path must be a path such as '/v1/charges', a glob, or an expression as '/^…$/'");
  wholeNumber('match.nth', match.nth, { from: 1, optional: true });
}

function checkAction(action: Given): void {
  oneOf('action.type', action.type, Object.keys(ACTIONS));
  onlyKnown('action.', action, ['type', ...(ACTIONS[String(action.type)] ?? [])]);
  if (action.type === 'delay') wholeNumber('action.ms', action.ms, { from: 0, to: LONGEST_DELAY });
  if (action.type === 'status') checkStatus(action);
  if (action.type !== 'rate_limit') return;
  if (action.reason !== undefined) oneOf('action.reason', action.reason, REASONS);
  wholeNumber('action.retryAfterSeconds', action.retryAfterSeconds, { from: 0, optional: true });
}

function checkStatus({ status, body, headers, store }: Given): void {
  wholeNumber('action.status', status, { from: 200, to: 599 });
  if (body !== undefined && typeof body !== 'string') record('action.body (or a string of HTML)', body);
  for (const [name, value] of Object.entries(headers === undefined ? {} : record('action.headers', headers)))
    if (typeof value !== 'string') throw new Error(`action.headers.${name} must be a string`);
  if (store !== undefined && typeof store !== 'boolean')
    throw new Error('action.store must be true or false');
}

function record(name: string, value: unknown): Given {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${name} must be an object`);
  return value as Given;
}

function onlyKnown(prefix: string, given: Given, known: readonly string[]): void {
  const stray = Object.keys(given).find((name) => !known.includes(name));
  if (stray !== undefined)
    throw new Error(`a fault rule has no field '${prefix}${stray}'; here it may have: ${known.join(', ')}`);
}

function oneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(String(value))) throw new Error(`${name} must be one of ${choices.join(', ')}`);
}

function wholeNumber(
  name: string,
  value: unknown,
  { from, to, optional = false }: { from: number; to?: number; optional?: boolean },
): void {
  if (optional && value === undefined) return;
  if (Number.isInteger(value) && Number(value) >= from && Number(value) <= (to ?? Number.MAX_SAFE_INTEGER))
    return;
  throw new Error(`${name} must be a whole number from ${from}${to === undefined ? '' : ` to ${to}`}`);
}
