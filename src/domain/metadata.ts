import type { Metadata } from './rows/shared.js';

/** Stripe's 50, less five that Guichet keeps for its own names on the Stripe objects it creates. */
export const MAX_METADATA_KEYS = 45;

/** Names that Guichet writes onto Stripe's objects begin with it; callers may not set them. */
const OURS = 'guichet_';

/**
 * Metadata after a change, as Stripe merges it: a name that is given replaces its value, an empty value takes the name
 * away, and what is not given stays. https://docs.stripe.com/api/metadata
 */
export function mergeMetadata(current: Metadata, changes: Metadata): Metadata {
  return Object.fromEntries(Object.entries({ ...current, ...changes }).filter(([, value]) => value !== ''));
}

/** Of an object at Stripe, what callers have set. */
export function callersMetadata(metadata: Metadata | null | undefined): Metadata {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !name.startsWith(OURS)));
}
