import type Stripe from 'stripe';
import type { Machine } from '../http/router.js';
import { StripeError } from '../http/stripe-error.js';
import { fromSkeleton } from '../present/skeleton.js';

export interface AccountSettings {
  country?: string;
  default_currency?: string;
}

export function newAccount(id: string, created: number): Stripe.Account {
  return fromSkeleton<Stripe.Account>('Account', {
    id,
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    country: 'US',
    created,
    default_currency: 'usd',
    details_submitted: true,
    email: 'owner@example.com',
    payouts_enabled: true,
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: 'Guichet sandbox', timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: 'GUICHET SANDBOX',
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      sepa_debit_payments: {},
    } as unknown as Stripe.Account.Settings,
    type: 'standard',
  });
}

export const account: Machine = {
  'GET /v1/account': ({ tx }) => tx.account,
  'GET /v1/accounts/{account}': ({ tx, ids }) => {
    const [id = ''] = ids;
    if (id === tx.account.id) return tx.account;
    throw new StripeError(403, {
      type: 'invalid_request_error',
      code: 'account_invalid',
      message: `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`,
    });
  },
};
