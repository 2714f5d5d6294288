import type Stripe from 'stripe';
import { noAccess } from '../http/access.js';
import type { Machine } from '../http/router.js';
import { knownCurrency } from '../ledger/currencies.js';
import { skeleton } from '../present/skeleton.js';
import type { Store } from '../store/store.js';

export interface AccountSettings {
  country?: string;
  default_currency?: string;
  email?: string;
}

export function newAccount(id: string, created: number): Stripe.Account {
  return {
    ...skeleton<Stripe.Account>('Account'),
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
  };
}

/** A connected account, ready to be charged and paid. Its objects are seen with `Stripe-Account` only. */
export function connectAccount(store: Store, settings: AccountSettings): Stripe.Account {
  const id = store.ids.next('acct');
  const state = store.accounts.state(id);
  let made: Stripe.Account | undefined;
  store.transact((tx) => {
    made = tx.put('account', { ...newAccount(id, tx.now), email: null, ...checkedSettings(settings) });
  }, state);
  if (!made) throw new Error(`the sandbox lost account ${id}`);
  return made;
}

export function checkedSettings(settings: AccountSettings): AccountSettings {
  const { default_currency: currency } = settings;
  return { ...settings, ...(currency !== undefined && { default_currency: knownCurrency(currency) }) };
}

export const account: Machine = {
  'GET /v1/account': ({ tx }) => tx.account,
  'GET /v1/accounts/{account}': ({ tx, ids }) => {
    const [id = ''] = ids;
    if (id === tx.account.id) return tx.account;
    const { accounts, ids: source } = tx.surroundings;
    const connected = accounts.isPlatform(tx.state) ? accounts.find(id) : undefined;
    if (!connected) throw noAccess(id, source);
    return connected;
  },
};
