import type { Currency } from '../domain/currencies.js';
import type { StripeScope } from '../domain/rows/shared.js';
import type { Cache } from '../redis/cache.js';
import type { ApiKeyCache } from './access/api-keys.js';
import type { CardAttempts } from './payments/card-attempts.js';
import type { PriceCatalogue } from './pricing/price-catalogue.js';
import type { OperationDependencies } from './stripe/operations/execute-operation.js';

/** The Stripe account that this service works for. */
export interface Platform extends StripeScope {
  settlementCurrency: Currency | null;
  /** What a card's statement begins with; null where it is not known. */
  statementPrefix: string | null;
}

/** What the use cases are made of. */
export interface UseCaseDependencies extends OperationDependencies {
  platform: Platform;
  cache: Cache;
  apiKeyCache: ApiKeyCache;
  cardAttempts: CardAttempts;
  returnUrl: { default: string; hosts: readonly string[] };
  receipts: 'guichet' | 'stripe' | 'off';
  prices: PriceCatalogue;
}

/** How long a request waits for another that does the same before it is told to come back. */
export const WAIT_MS = 5000;
