import { type Fields, isRecord } from '../adapters/adapter.js';

/**
 * The fields of `held` that `told` does not say, or says otherwise. An expanded object is its id, what `told` says beyond
 * `held` is an addition, and null is as good as nothing inside of an object. Lists come only where they are expanded.
 */
export function differingFields(told: Fields, held: Fields, ignored: readonly string[]): string[] {
  return Object.keys(held).filter((field) => {
    if (field === 'client_secret' || ignored.includes(field)) return false;
    if (!Object.hasOwn(told, field) && isList(held[field])) return false;
    return !agrees(told[field], held[field]);
  });
}

function isList(value: unknown): boolean {
  return isRecord(value) && value.object === 'list';
}

function agrees(told: unknown, held: unknown): boolean {
  if (Array.isArray(told) && Array.isArray(held)) {
    return told.length === held.length && told.every((inner, index) => agrees(inner, held[index]));
  }
  if (isRecord(told) && isRecord(held)) {
    return Object.keys(held).every((key) => agrees(told[key], held[key]));
  }
  if (isRecord(told) && typeof held === 'string') return told.id === held;
  if (isRecord(held) && typeof told === 'string') return held.id === told;
  return (told ?? null) === (held ?? null);
}
