/** Where Stripe posts events, below PUBLIC_URL. */
export const WEBHOOK_PATH = '/api/webhooks/stripe';
/** The same for the events of connected accounts. */
export const CONNECT_WEBHOOK_PATH = '/api/webhooks/stripe/connect';
