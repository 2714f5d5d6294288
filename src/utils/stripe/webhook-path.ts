/** Where Stripe posts events, below PUBLIC_URL. */
export const WEBHOOK_PATH = '/api/webhooks/stripe';
