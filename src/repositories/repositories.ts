import type { Database } from '../db/connect.js';
import type { WorkingSet } from '../domain/working-set.js';
import { createSlots } from '../utils/slots.js';
import { createTurns } from '../utils/turns.js';
import { apiKeysRepository, auditRecordsRepository } from './access.js';
import {
  ordersRepository,
  paymentAttemptsRepository,
  paymentsRepository,
  refundsRepository,
} from './commerce.js';
import { type CommitOptions, commitChanges, type MirrorWrite } from './commit-changes.js';
import { couponsRepository, promotionCodesRepository, redemptionsRepository } from './coupons.js';
import { customersRepository, paymentMethodsRepository, setupIntentsRepository } from './customers.js';
import { eventBodiesRepository } from './event-bodies.js';
import { idempotencyKeysRepository } from './idempotency-keys.js';
import { inboxStateRepository } from './inbox-state.js';
import { locksRepository } from './locks.js';
import { operationsRepository } from './operations.js';
import { outboxRepository } from './outbox-messages.js';
import { replaysRepository } from './replays.js';
import { plainScope, type Scope } from './scope.js';
import { snapshotDecisionsRepository } from './snapshot-decisions.js';
import { storedEventsRepository } from './stored-events.js';
import { openStores, type Stores } from './stores.js';
import { stripeObjectsRepository } from './stripe-objects.js';
import { syncCursorsRepository } from './sync-cursors.js';
import { runTransaction, type TransactionLimits, type TransactionOptions } from './transaction.js';
import { webhookEventsRepository } from './webhook-events.js';

/** Everything that reads and writes rows, bound to one scope: plain, or a transaction. */
function bind(stores: Stores, scope: Scope, options: CommitOptions) {
  return {
    orders: ordersRepository(stores, scope),
    payments: paymentsRepository(stores, scope),
    paymentAttempts: paymentAttemptsRepository(stores, scope),
    refunds: refundsRepository(stores, scope),
    customers: customersRepository(stores, scope),
    coupons: couponsRepository(stores, scope),
    promotionCodes: promotionCodesRepository(stores, scope),
    redemptions: redemptionsRepository(stores, scope),
    paymentMethods: paymentMethodsRepository(stores, scope),
    setupIntents: setupIntentsRepository(stores, scope),
    operations: operationsRepository(stores, scope),
    webhookEvents: webhookEventsRepository(stores, scope),
    storedEvents: storedEventsRepository(stores, scope),
    inboxState: inboxStateRepository(stores, scope),
    eventBodies: eventBodiesRepository(stores, scope),
    replays: replaysRepository(stores, scope),
    stripeObjects: stripeObjectsRepository(stores, scope),
    snapshotDecisions: snapshotDecisionsRepository(stores, scope),
    outbox: outboxRepository(stores, scope),
    idempotencyKeys: idempotencyKeysRepository(stores, scope),
    apiKeys: apiKeysRepository(stores, scope),
    auditRecords: auditRecordsRepository(stores, scope),
    commit: (decided: { rows: WorkingSet; mirror: readonly MirrorWrite[]; now: Date }): Promise<void> =>
      commitChanges(stores, scope, { ...decided, ...options }),
  };
}

export type BoundRepositories = ReturnType<typeof bind>;

export interface BoundedTransaction extends TransactionLimits {
  /**
   * Those of this process that name the same object run one after another: they would conflict, and the last of many
   * would run out of time.
   */
  about?: string | null;
}

export interface Repositories extends Omit<BoundRepositories, 'commit'> {
  locks: ReturnType<typeof locksRepository>;
  syncCursors: ReturnType<typeof syncCursorsRepository>;
  /** See `runTransaction`. The repositories that `fn` is given write inside the transaction. */
  transaction<T>(limits: BoundedTransaction, fn: (bound: BoundRepositories) => Promise<T>): Promise<T>;
}

/**
 * Transactions that run at once share the event loop and the pool: many make each of them longer, and so more likely
 * to conflict. A third of the pool leaves the rest to single reads and writes.
 */
const POOL_SHARE = 3;
const MIN_SLOTS = 4;
/** Longer than one transaction may take, and short enough for a caller: then it goes ahead and may conflict. */
const MAX_TURN_WAIT_MS = 10_000;

export function createRepositories(
  database: Database,
  options: CommitOptions = { tells: 'nobody' },
): Repositories {
  const stores = openStores(database);
  const { commit: _, ...plain } = bind(stores, plainScope(database.settings.readMaxTimeMs), options);
  const inTurn = createTurns();
  const inSlot = createSlots(Math.max(MIN_SLOTS, Math.floor(database.settings.maxPoolSize / POOL_SHARE)));
  return {
    ...plain,
    locks: locksRepository(stores),
    syncCursors: syncCursorsRepository(stores),
    transaction({ about = null, ...limits }, fn) {
      const run: TransactionOptions['inTurn'] = (work) =>
        about === null
          ? inSlot(work)
          : inTurn({ key: about, maxWaitMs: MAX_TURN_WAIT_MS }, () => inSlot(work));
      return runTransaction(database, { ...limits, inTurn: run }, (scope) =>
        fn(bind(stores, scope, options)),
      );
    },
  };
}
