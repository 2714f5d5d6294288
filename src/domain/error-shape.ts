/** Ids of Stripe and of ours: a prefix, perhaps a mode, and a random part; not words such as `payment_intent`. */
const PREFIXED_ID = /\b[a-z]{1,12}(?:_test|_live)?_(?=[A-Za-z]*\d|[a-z]*[A-Z])[A-Za-z0-9]+\b/g;
const UUID_OR_HEX =
  /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,})\b/gi;
const TIME = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g;
const ADDRESS = /\S+@\S+/g;
/** What is quoted is data: a value, or a piece of a body, which may hold quotes itself. */
const QUOTED = /".*"|'[^' ]*'|`[^`]*`/gs;
const NUMBER = /[-+]?\d+(?:[.,]\d+)*/g;

/**
 * What the messages of one cause have in common: ids, amounts, times, addresses and quoted data are left out, so that
 * many events that fail for one reason are one group.
 */
export function errorShape(name: string, message: string): string {
  const shape = [QUOTED, ADDRESS, TIME, PREFIXED_ID, UUID_OR_HEX, NUMBER].reduce(
    (text, pattern) => text.replaceAll(pattern, '#'),
    message,
  );
  return `${name}: ${shape}`;
}
