import type { StripeObject } from '../../../../domain/stripe-answer.js';
import { acacia } from './acacia.js';
import { type Adapted, type Adapter, adapt } from './adapter.js';
import { basil } from './basil.js';
import { clover } from './clover.js';

const adapters = new Map([acacia, basil, clover].map((adapter) => [adapter.name, adapter]));
const VERSION = /^(\d{4}-\d{2}-\d{2})\.([a-z]+)$/;

/**
 * The adapter of a version; null for one that nothing here reads. A release that has a name's first date or a later one is
 * read: "Each monthly release includes only backward-compatible changes, and uses the same name as the last major release"
 * (https://docs.stripe.com/api/versioning). Previews have the name `preview`, and so are not.
 */
export function adapterOf(version: string | null): Adapter | null {
  const [, date, name] = VERSION.exec(version ?? '') ?? [];
  const adapter = adapters.get(name ?? '');
  return date !== undefined && adapter && date >= adapter.since ? adapter : null;
}

/** An object of that version as our own version renders it; null where nothing reads the version. */
export function adaptFrom(version: string | null, object: StripeObject): Adapted | null {
  const adapter = adapterOf(version);
  if (!adapter) return null;
  let adapted: Adapted = { object, missing: [] };
  for (const step of stepsOf(adapter)) {
    const { object: older, missing } = adapt(step, adapted.object);
    adapted = { object: older, missing: [...adapted.missing, ...missing] };
  }
  return adapted;
}

/** The adapter and the older ones that it leads to, without our own version. */
export function stepsOf(adapter: Adapter): Adapter[] {
  return adapter.older ? [adapter, ...stepsOf(adapter.older)] : [];
}
