import { invalidRequest } from '../../domain/errors.js';
import type { UseCaseDependencies } from '../dependencies.js';

/**
 * Only our own sites may be returned to: an open redirect would lend them our name. Throws `return_url_not_allowed`
 * (400), which names the field.
 */
export function acceptReturnUrl(
  { returnUrl }: Pick<UseCaseDependencies, 'returnUrl'>,
  asked: string | undefined,
  field = 'returnUrl',
): string | undefined {
  if (asked === undefined) return undefined;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  const allowed = url && /^https?:$/.test(url.protocol) && returnUrl.hosts.includes(url.host);
  if (allowed) return asked;
  const detail = `${field} must be on one of these hosts: ${returnUrl.hosts.join(', ')}. Add others to PAYMENT_RETURN_HOSTS.`;
  throw invalidRequest('return_url_not_allowed', detail, {
    errors: [{ path: field, code: 'return_url_not_allowed', message: detail }],
  });
}
