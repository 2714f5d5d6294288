/**
 * No quotes and no backslashes, so that a line of JSON stays one; no word boundary in front, because `\n` in JSON is
 * a backslash and a letter; every repetition is bounded, so that no text makes them slow.
 */
const REPLACEMENTS: readonly [RegExp, string][] = [
  [/(sk|rk|pk)_(test|live)_[\w-]{1,300}/g, '$1_$2_[redacted]'],
  [/whsec_[^\s"'\\,;)\]}]{1,300}/g, 'whsec_[redacted]'],
  [/(pi|seti|cs)_(\w{1,80}?)_secret_\w{1,300}/g, '$1_$2_secret_[redacted]'],
  [/gk_[\w-]{1,300}/g, 'gk_[redacted]'],
  [/(Bearer|Basic)\s{1,4}[\w.~+/=-]{1,4000}/gi, '$1 [redacted]'],
  [/t=\d{1,12},v[01]=[\w,=]{1,600}/g, '[redacted signature]'],
  [/\/\/[^\s/:@"'\\]{0,200}:[^\s/@"'\\]{1,200}@/g, '//[redacted]@'],
];

/** Spaces and dashes, also those that word processors put in their place. No dot: it parts the digits of a number. */
const SEPARATORS = /[ \u00A0\u2007\u2009\u202F\u2010-\u2015-]/;
const DIGIT_GROUPS = new RegExp(`\\d+(?:${SEPARATORS.source}\\d+)*`, 'g');

/**
 * Takes secrets and card numbers out of a text that somebody else wrote (an error's message, its stack). It is the
 * second net: the first is to log only fields that are known to be harmless.
 */
export function redactSecrets(text: string): string {
  const replaced = REPLACEMENTS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
  return replaced.replace(DIGIT_GROUPS, (run) => (holdsCardNumber(run) ? '[redacted card number]' : run));
}

/** Whether a text holds 13 to 19 digits, single spaces or dashes between them, that could be a card number. */
export function containsCardNumber(text: string): boolean {
  return [...text.matchAll(DIGIT_GROUPS)].some(([run]) => holdsCardNumber(run));
}

/** Groups are joined in every way, because an expiry date may follow the number: `4242 4242 4242 4242 12/34`. */
function holdsCardNumber(run: string): boolean {
  const groups = run.split(SEPARATORS);
  return groups.some((_, start) => {
    let digits = '';
    for (const group of groups.slice(start)) {
      digits += group;
      if (digits.length > 19) return false;
      if (digits.length >= 13 && isCardNumber(digits)) return true;
    }
    return false;
  });
}

/** No card begins with 0, 1, 20 or 21: that spares most timestamps. */
function isCardNumber(digits: string): boolean {
  if (/^(?:[01]|2[01])/.test(digits) || /^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (const [index, character] of [...digits].reverse().entries()) {
    const value = Number(character) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
