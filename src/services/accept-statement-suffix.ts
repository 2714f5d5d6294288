import { unprocessable } from '../domain/errors.js';
import { type SuffixProblem, suffixProblem } from '../domain/statement-descriptor.js';
import type { Platform } from './dependencies.js';

/** Throws `statement_descriptor_invalid` (422) for what Stripe or a card network would not take. */
export function acceptStatementSuffix(
  suffix: string | undefined,
  { statementPrefix }: Pick<Platform, 'statementPrefix'>,
): void {
  const problem = suffix === undefined ? null : suffixProblem(suffix, statementPrefix);
  if (!problem) return;
  const code = 'statement_descriptor_invalid';
  const message = explain(problem.reason, problem.limit);
  throw unprocessable(code, message, { errors: [{ path: 'statementDescriptorSuffix', code, message }] });
}

function explain(reason: SuffixProblem, limit: number): string {
  switch (reason) {
    case 'characters':
      return 'A statement descriptor has Latin letters, digits and signs only, and none of < > \\ \' " *.';
    case 'no_letter':
      return 'A statement descriptor needs a letter.';
    case 'too_long':
      return `At most ${limit} characters: the card network has room for 22, what your account begins with included.`;
  }
}
