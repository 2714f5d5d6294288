const Bare = function Bare() {} as unknown as new () => Record<string, never>;
Bare.prototype = Object.create(null);

/**
 * An object without `Object.prototype`, in which `__proto__` is a key like any other: for keys that a caller chose. It is
 * quicker, and smaller, than what `Object.create(null)` gives, which V8 always makes a hash table.
 */
export function bareObject<T>(): Record<string, T> {
  return new Bare();
}
