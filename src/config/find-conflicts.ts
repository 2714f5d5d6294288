import type { ConfigProblem, Environment } from './env.js';
import { envSchema, type Settings } from './env-schema.js';

/** Settings that are right one by one and wrong together. */
export function findConflicts(source: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (name: string, message: string) => problems.push({ name, message });
  const keyMode = modeOfKey(source.STRIPE_SECRET_KEY);
  const mode = source.STRIPE_MODE ?? keyMode;
  if (keyMode !== null && mode !== keyMode) {
    add('STRIPE_MODE', `is not ${keyMode}, though STRIPE_SECRET_KEY is a ${keyMode} key`);
  }
  const publishableMode = modeOfKey(source.STRIPE_PUBLISHABLE_KEY);
  if (publishableMode !== null && mode !== null && publishableMode !== mode) {
    add('STRIPE_PUBLISHABLE_KEY', `is a ${publishableMode} key, though the service is in ${mode} mode`);
  }
  if (mode === 'live' && source.STRIPE_JS_URL?.startsWith('http://')) {
    add('STRIPE_JS_URL', 'expected https:// in live mode: whoever sits in between could read cards');
  }
  if (mode === 'live' && source.STRIPE_API_BASE_URL?.startsWith('http://')) {
    add('STRIPE_API_BASE_URL', 'expected https:// in live mode: the key would travel in clear');
  }
  for (const { name, message } of findJwtConflicts(source, mode)) add(name, message);
  if (shareEntry(source.STRIPE_WEBHOOK_SECRETS, source.STRIPE_CONNECT_WEBHOOK_SECRETS)) {
    add(
      'STRIPE_CONNECT_WEBHOOK_SECRETS',
      'holds a secret of STRIPE_WEBHOOK_SECRETS: each endpoint has its own',
    );
  }
  if (source.STRIPE_WEBHOOK_SECRET !== undefined) {
    add('STRIPE_WEBHOOK_SECRET', 'is no setting: name it STRIPE_WEBHOOK_SECRETS, a list');
  }
  const limits = [
    ['STRIPE_CALL_TIMEOUT_MS', 'STRIPE_TIME_BUDGET_MS'],
    ['STRIPE_CONFIRM_TIMEOUT_MS', 'STRIPE_TIME_BUDGET_MS'],
    ['SERVER_HEADERS_TIMEOUT_MS', 'SERVER_REQUEST_TIMEOUT_MS'],
  ] as const;
  for (const [name, limit] of limits) {
    if (numberOf(source, name) > numberOf(source, limit)) add(name, `expected at most ${limit}`);
  }
  return problems;
}

function shareEntry(one = '', other = ''): boolean {
  const entries = new Set(one.split(',').map((entry) => entry.trim()));
  return other.split(',').some((entry) => entry.trim() !== '' && entries.has(entry.trim()));
}

function findJwtConflicts(source: Environment, mode: string | null | undefined): ConfigProblem[] {
  const keys = (['JWT_JWKS_URL', 'JWT_SECRET'] as const).filter((name) => source[name] !== undefined);
  const claims = (['JWT_ISSUER', 'JWT_AUDIENCE'] as const).filter((name) => source[name] !== undefined);
  const problems: ConfigProblem[] = [];
  if (keys.length === 2) {
    problems.push({ name: 'JWT_SECRET', message: 'expected one of JWT_JWKS_URL and JWT_SECRET, not both' });
  }
  if (keys.length === 0 && claims.length > 0) {
    problems.push({ name: 'JWT_JWKS_URL', message: `is required with ${claims[0]}, or JWT_SECRET is` });
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
    const missing = keys.length > 0 && source[name] === undefined;
    if (missing)
      problems.push({ name, message: `is required with ${keys[0]}: other services' tokens would pass` });
  }
  if (mode === 'live' && source.JWT_JWKS_URL?.startsWith('http://')) {
    problems.push({
      name: 'JWT_JWKS_URL',
      message: 'expected https:// in live mode: the keys could be swapped',
    });
  }
  return problems;
}

/** Null for a key of no known kind. */
export function modeOfKey(key: string | undefined): 'test' | 'live' | null {
  if (key === undefined) return null;
  if (/^(sk|rk|pk)_live_/.test(key)) return 'live';
  return /^(sk|rk|pk)_test_/.test(key) ? 'test' : null;
}

function numberOf(source: Environment, name: keyof Settings): number {
  const parsed = envSchema.shape[name].safeParse(source[name]);
  return parsed.success && typeof parsed.data === 'number' ? parsed.data : Number.NaN;
}
