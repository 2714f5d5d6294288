import { invalidRequest } from '../http/stripe-error.js';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** An empty one clears the field. */
export function checkEmail(email: string | null | undefined, param: string): void {
  if (!email || EMAIL.test(email)) return;
  throw invalidRequest(`Invalid email address: ${email}`, { code: 'email_invalid', param });
}

/** Where the customer comes back to: a page, or an app by its own scheme. */
export function checkReturnUrl(value: string | undefined): void {
  if (value === undefined) return;
  const known = URL.canParse(value) && !['data:', 'javascript:'].includes(new URL(value).protocol);
  if (!known) throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: 'return_url' });
}

/** Stripe takes web addresses only. */
export function checkUrl(value: string | null | undefined, param: string): void {
  if (!value) return;
  const known = URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
  if (!known) throw invalidRequest('Not a valid URL', { code: 'url_invalid', param });
}
