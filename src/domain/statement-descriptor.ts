export type SuffixProblem = 'characters' | 'no_letter' | 'too_long';

/** What a card network has room for: the account's prefix, `* `, and the suffix. */
const MAX_LENGTH = 22;
const BETWEEN = '* ';
/** Latin characters that can be printed, without those that Stripe refuses: `< > \ ' " *`. */
const ALLOWED = /^[ !#-&(-)+-;=?-[\]-~]+$/;

/**
 * What is wrong with the end of a card's statement descriptor; null for nothing. The beginning is the account's, where
 * it is known. https://docs.stripe.com/get-started/account/statement-descriptors
 */
export function suffixProblem(
  suffix: string,
  prefix: string | null,
): { reason: SuffixProblem; limit: number } | null {
  const limit = MAX_LENGTH - (prefix ? prefix.length + BETWEEN.length : 0);
  if (!ALLOWED.test(suffix)) return { reason: 'characters', limit };
  if (!/[A-Za-z]/.test(suffix)) return { reason: 'no_letter', limit };
  return suffix.length > limit ? { reason: 'too_long', limit } : null;
}
