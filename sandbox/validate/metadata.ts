import { invalidRequest } from '../http/stripe-error.js';
import { bareObject } from '../store/bare-object.js';

const METADATA_KEYS = 50;
const KEY_LENGTH = 40;
const VALUE_LENGTH = 500;

export type Metadata = Record<string, string>;
export type MetadataParam = Record<string, string | number | null> | '' | null | undefined;

/** One pair of those under `path`. */
export function checkMetadata(key: string, text: string, path: string): void {
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

/** New keys merge, an empty value deletes its key, an empty `metadata` clears all. */
export function mergeMetadata(current: Metadata | null, change: MetadataParam): Metadata {
  if (change === undefined) return current ?? {};
  if (change === '' || change === null) return {};
  const merged: Metadata = bareObject<string>();
  for (const key in current) merged[key] = current[key] ?? '';
  for (const key in change) {
    const text = change[key];
    if (text === '' || text === null) delete merged[key];
    else merged[key] = String(text);
  }
  const count = Object.keys(merged).length;
  if (count > METADATA_KEYS)
    throw invalidRequest(
      `You can have up to ${METADATA_KEYS} metadata keys, but this object would have ${count}.`,
      { param: 'metadata' },
    );
  return merged;
}
