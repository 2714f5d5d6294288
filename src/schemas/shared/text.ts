import { z } from 'zod';

/** Not `z.string().regex`: the document would write the flag into the pattern. JSON Schema's patterns are Unicode. */
export function textMatching(pattern: RegExp, error: string) {
  return z
    .string()
    .refine((value) => pattern.test(value), { params: { code: 'wrong_format' }, error })
    .meta({ pattern: pattern.source });
}

export const userIdPattern = /^(?!\$)[^\s\p{C}]{1,128}$/u;

/**
 * The embedding system's id of a person. No control characters or spaces, and no `$` in front: an operator's name
 * has no business in an id.
 */
export const userId = textMatching(userIdPattern, 'expected 1 to 128 visible characters').meta({
  description: 'Your own id of the user.',
  example: 'user_42',
});

/** Stripe takes up to 512 characters; mail servers no more than 254. */
export const email = z
  .email({ error: 'expected an e-mail address' })
  .max(254)
  .meta({ example: 'ada@example.com' });

/** One line that a person reads. */
export function line(maximum: number) {
  return textMatching(
    new RegExp(`^[^\\p{Cc}]{1,${maximum}}$`, 'u'),
    `expected one line of at most ${maximum} characters`,
  );
}

/** What it may hold is the use case's to say (422): the room left depends on the account. */
export const statementDescriptorSuffix = line(100).meta({
  description:
    'The end of what a card’s statement shows, after the prefix of your account: 22 characters together, with a ' +
    'letter, and none of < > \\ \' " *.',
  example: 'ORDER 42',
});

export const locale = z.enum(['en', 'fr']).meta({ description: 'The language of the receipt.' });

/** RFC 3339 in UTC, with milliseconds. */
export const timestamp = z.iso.datetime().meta({ example: '2025-01-15T12:00:00.000Z' });
