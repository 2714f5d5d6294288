import { notImplemented } from '../http/stripe-error.js';

/** An empty string unsets a field. */
export function orNull<T>(value: T | '' | null | undefined): T | null {
  return value === '' || value === undefined ? null : value;
}

/** What an update gives, or what was there. */
export function changed<T>(value: T | '' | null | undefined, current: T | null): T | null {
  return value === undefined ? current : orNull(value);
}

/** Parameters that Stripe takes and the sandbox does not act on are refused rather than ignored. */
export function refuseUnbuilt(params: object, names: readonly string[]): void {
  const name = names.find((key) => (params as Record<string, unknown>)[key] !== undefined);
  if (name !== undefined) throw notImplemented(`the parameter ${name} here`);
}
