import type Stripe from 'stripe';

/** As in the SDK's `CONNECTION_CLOSED_ERROR_CODES`. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Sends each request once. Even with `maxNetworkRetries: 0`, stripe 17.5.0 sends again by itself when a connection is
 * closed: a 400 to the second send would then pass for a refusal, although the first one may still arrive, and the
 * second may leave after our deadline. It knows such an error by its code, so the code becomes the cause's.
 */
export function singleSend(client: Stripe.HttpClient): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      try {
        return await client.makeRequest(...request);
      } catch (error) {
        throw isClosed(error)
          ? new Error(`The connection was closed: ${error.message}`, { cause: error })
          : error;
      }
    },
  };
}

function isClosed(error: unknown): error is Error {
  return error instanceof Error && CLOSED.has(String((error as NodeJS.ErrnoException).code));
}
