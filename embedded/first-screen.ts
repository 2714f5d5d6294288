import type { EmbeddedParts } from './dev-environment.js';

export interface FirstScreen {
  baseUrl: string;
  apiKey: string;
  embedded: EmbeddedParts;
  /** Where a sample order can be paid; null where the checkout page is off. */
  checkout: string | null;
}

const PARTS = [
  { part: 'mongodb', name: 'MongoDB', variable: 'MONGODB_URI' },
  { part: 'stripe', name: 'a local Stripe', variable: 'STRIPE_SECRET_KEY' },
  { part: 'mail', name: 'a mail folder', variable: 'SMTP_URL' },
] as const;

/** The order of the first screen, and of its checkout page. */
export const SAMPLE_ORDER = {
  userId: 'ada',
  currency: 'usd',
  items: [{ name: 'Notebook', unitAmount: 1250, quantity: 2 }],
  receiptEmail: 'ada@example.com',
};

/** What `guichet dev` shows when everything is up: where things are, the key, and one request to copy. */
export function firstScreen({ baseUrl, apiKey, embedded, checkout }: FirstScreen): string {
  const url = (path: string): string => new URL(path, baseUrl).href;
  return [
    '',
    'Guichet is running.',
    '',
    `  API       ${baseUrl}`,
    `  Docs      ${url('/docs')}`,
    ...(embedded.mail ? [`  Mail      ${url('/dev/mail')}`] : []),
    `  API key   ${apiKey}`,
    '',
    ...describeParts(embedded),
    ...describeCheckout(checkout, embedded),
    'Make an order:',
    '',
    `  curl ${url('/api/orders')} \\`,
    `    -H 'Authorization: Bearer ${apiKey}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${JSON.stringify(SAMPLE_ORDER)}'`,
    '',
    'The whole story of a purchase: npm run demo. Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function describeCheckout(checkout: string | null, { stripe }: EmbeddedParts): string[] {
  if (checkout === null) return [];
  const how = stripe ? ' (card 4242 4242 4242 4242, any date in the future, any code)' : '';
  return [`Pay an order in the browser${how}:`, '', `  ${checkout}`, ''];
}

function describeParts(embedded: EmbeddedParts): string[] {
  const own = PARTS.filter(({ part }) => embedded[part]);
  if (own.length === 0) return ['Everything is configured; nothing is embedded.', ''];
  const names = own.map(({ name }) => name).join(', ');
  const variables = own.map(({ variable }) => variable).join(', ');
  return [`Embedded: ${names} (not set: ${variables}).`, ''];
}
