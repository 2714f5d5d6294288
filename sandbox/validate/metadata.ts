import { invalidRequest } from '../http/stripe-error.js';

const METADATA_KEYS = 50;
const KEY_LENGTH = 40;
const VALUE_LENGTH = 500;

export type Metadata = Record<string, string>;
export type MetadataParam = Record<string, string | number | null> | '' | null | undefined;

export function checkMetadata(metadata: Metadata, path: string): void {
  for (const [key, text] of Object.entries(metadata)) {
    if (key.length > KEY_LENGTH)
      throw invalidRequest(
        `Metadata keys can have up to ${KEY_LENGTH} characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key}`,
        { param: path },
      );
    if (text.length > VALUE_LENGTH)
      throw invalidRequest(
        `Metadata values can have up to ${VALUE_LENGTH} characters, but you passed in a value that is ${text.length} characters. Invalid value: ${text}`,
        { param: `${path}[${key}]` },
      );
  }
}

/** New keys merge, an empty value deletes its key, an empty `metadata` clears all. */
export function mergeMetadata(current: Metadata | null, change: MetadataParam): Metadata {
  if (change === undefined) return current ?? {};
  if (change === '' || change === null) return {};
  // Without a prototype `__proto__` is a key like any other.
  const merged: Metadata = Object.assign(Object.create(null), current);
  for (const [key, text] of Object.entries(change)) {
    if (text === '' || text === null) delete merged[key];
    else merged[key] = String(text);
  }
  if (Object.keys(merged).length > METADATA_KEYS)
    throw invalidRequest(
      `You can have up to ${METADATA_KEYS} metadata keys, but this object would have ${Object.keys(merged).length}.`,
      { param: 'metadata' },
    );
  return merged;
}
