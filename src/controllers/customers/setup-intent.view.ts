import { internalError } from '../../domain/errors.js';
import type { SetupIntentRow } from '../../domain/rows/setup-intent.js';
import type { SetupIntentResponse } from '../../schemas/customers/create-setup-intent.js';

/** Throws when the setup has no client secret, which none lacks that Stripe has made. */
export function toSetupIntent(row: SetupIntentRow): SetupIntentResponse {
  if (row.clientSecret === null) {
    throw internalError('client_secret_missing', `${row._id} was read without its client secret`);
  }
  const { nextAction, stripe } = row;
  return {
    id: row._id,
    customerId: row.customerId,
    status: row.status,
    usage: 'off_session',
    clientSecret: row.clientSecret,
    nextAction: nextAction && { type: nextAction.type, redirectUrl: nextAction.redirectUrl },
    paymentMethodId: stripe.paymentMethodId,
    stripe: { setupIntentId: stripe.setupIntentId },
    createdAt: row.createdAt.toISOString(),
  };
}
