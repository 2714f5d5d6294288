import { notImplemented } from '../http/stripe-error.js';
import { orNull } from './parameters.js';

type Options = Record<string, Record<string, unknown> | null | ''>;

/** What is acted on, per type of method. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  card: ['capture_method', 'request_three_d_secure', 'setup_future_usage'],
};

/** What an empty value takes back; the intent's own goes again. */
const OVERRIDES = ['capture_method', 'setup_future_usage'];

/** The options of an intent after a request gave its own. */
export function withOptions<T extends object>(current: T | null, given: object | undefined): T | null {
  if (!given) return current;
  const options = { ...current } as Record<string, Record<string, unknown>>;
  for (const [type, fields] of Object.entries(given as Options)) {
    const wanted = orNull(fields) ?? {};
    refuseUnknown(type, wanted);
    const merged = Object.entries({ ...options[type], ...wanted });
    options[type] = Object.fromEntries(
      merged.filter(([name, value]) => !OVERRIDES.includes(name) || orNull(value) !== null),
    );
  }
  return options as T;
}

function refuseUnknown(type: string, fields: Record<string, unknown>): void {
  const unknown = Object.keys(fields).find((name) => !KNOWN[type]?.includes(name));
  if (unknown !== undefined)
    throw notImplemented(`the parameter payment_method_options[${type}][${unknown}]`);
}
