import type { Transaction } from '../store/transaction.js';

interface Automatic {
  automatic_payment_methods: { allow_redirects: 'always' | 'never'; enabled: boolean } | null;
  payment_method_configuration_details: { id: string; parent: string | null } | null;
}

/** What an intent shows whose caller named the types. */
export const NOT_AUTOMATIC: Automatic = {
  automatic_payment_methods: null,
  payment_method_configuration_details: null,
};

/** Stored objects are never changed, so intents may share what is the same in most of them. */
const WITH_REDIRECTS = { allow_redirects: 'always', enabled: true } as const;
const WITHOUT_REDIRECTS = { allow_redirects: 'never', enabled: true } as const;

/** What an intent shows that accepts whatever the dashboard enables, redirects included unless they were refused. */
export function automaticMethods(
  tx: Transaction,
  given: { allow_redirects?: 'always' | 'never' } | undefined,
): Automatic {
  return {
    automatic_payment_methods: given?.allow_redirects === 'never' ? WITHOUT_REDIRECTS : WITH_REDIRECTS,
    payment_method_configuration_details: {
      id: `pmc_1${tx.surroundings.ids.accountId.slice(6)}`,
      parent: null,
    },
  };
}
