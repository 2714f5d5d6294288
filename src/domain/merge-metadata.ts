import type { Metadata } from './rows/shared.js';

/** Names to set, or to unset with null or an empty text; null unsets all. */
export type MetadataPatch = Readonly<Record<string, string | null>> | null;

/** Guichet's own names on what it makes at Stripe; a caller neither sees nor changes them. */
const RESERVED = 'guichet_';

/** Stripe's 50, less five for those. */
export const MAX_METADATA_NAMES = 45;

/** As Stripe merges: what is not named stays. https://docs.stripe.com/api/metadata */
export function mergeMetadata(held: Metadata, patch: MetadataPatch): Metadata {
  if (patch === null) return {};
  const merged = new Map<string, string | null>(Object.entries({ ...held, ...patch }));
  return Object.fromEntries([...merged].filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** What makes Stripe merge likewise: it unsets a name by an empty text, and ours must stay. */
export function metadataToSend(held: Metadata, patch: MetadataPatch): Metadata {
  const named = patch ?? Object.fromEntries(Object.keys(held).map((name) => [name, null]));
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, value ?? '']));
}

/** A Stripe object's metadata without ours. */
export function ownMetadata(metadata: Metadata | null | undefined): Metadata {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !name.startsWith(RESERVED)));
}
