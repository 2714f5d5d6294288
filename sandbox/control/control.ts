import type { Engine } from '../engine.js';
import type { DeliveryKnobs } from '../events/deliver.js';
import { NO_KNOBS } from '../events/deliver.js';
import type { Faults } from '../http/faults.js';
import type { LoggedRequest, RequestLog } from '../http/request-log.js';
import { StripeError } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { finishAuthentication } from '../payments/confirm.js';
import type { AccountSettings } from '../platform/account.js';
import type { Delivery, Kind, Kinds, StoredEvent } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import { type MoneyControl, moneyControl } from './money.js';

/** What a test or a person may do to the sandbox behind the API's back. */
export interface SandboxControl extends MoneyControl {
  /** Forgets all objects, faults, knobs and logged requests. Account, keys, endpoint and the id sequence stay. */
  reset(): Promise<void>;
  seed(settings: AccountSettings): void;
  readonly clock: { readonly offset: number; now(): number; advance(ms: number): void };
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list' | 'remove'>;
  readonly deliveries: {
    readonly knobs: DeliveryKnobs;
    set(knobs: Partial<DeliveryKnobs>): void;
    list(): readonly Delivery[];
  };
  /** Oldest first. */
  events(): readonly StoredEvent[];
  /** Settles when the copies were sent. */
  resend(eventId: string, options?: { times?: number }): Promise<void>;
  /** The bytes and headers that the built-in endpoint would get for an event now, to post them by oneself. */
  signed(eventId: string): { body: string; headers: Record<string, string> };
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  complete3ds(paymentIntentId: string, outcome: 'approve' | 'fail'): void;
  object<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Oldest first. */
  objects<K extends Kind>(kind: K): readonly Kinds[K][];
  /** How the sandbox broke its contract; only with `fidelityChecks`. */
  violations(): readonly string[];
}

interface Parts {
  engine: Engine;
  faults: Faults;
  requests: RequestLog;
}

export function createControl({ engine, faults, requests }: Parts): SandboxControl {
  const { store, clock, jobs, deliverer } = engine;
  return {
    ...moneyControl(store),
    async reset() {
      jobs.clear();
      deliverer.clear();
      deliverer.knobs = { ...NO_KNOBS };
      faults.clear();
      requests.clear();
      await store.reset(['account', 'endpoint_secret', 'webhook_endpoint']);
      engine.furnish();
    },
    seed(settings) {
      store.transact((tx) => {
        const patch = { ...settings };
        if (patch.default_currency !== undefined)
          patch.default_currency = knownCurrency(patch.default_currency);
        tx.update('account', tx.account, patch);
      });
    },
    clock: {
      get offset() {
        return clock.offset;
      },
      now: () => clock.nowMs(),
      advance(ms) {
        if (!(ms >= 0)) throw new Error('the clock moves forward only');
        store.moveClock(ms);
        jobs.runDue();
        deliverer.runDue();
      },
    },
    faults,
    deliveries: {
      get knobs() {
        return deliverer.knobs;
      },
      set(knobs) {
        deliverer.knobs = { ...deliverer.knobs, ...knobs };
      },
      list: () => store.platform.collection('delivery').values(),
    },
    events: () => store.platform.collection('event').values(),
    resend: (eventId, { times = 1 } = {}) => deliverer.resend(eventId, times),
    signed(eventId) {
      const event = store.platform.collection('event').get(eventId);
      if (!event) throw new Error(`no event ${eventId}`);
      return deliverer.requestFor(event, engine.builtIn.secret);
    },
    requests: () => requests.list(),
    clearRequests: () => requests.clear(),
    complete3ds: (id, outcome) => complete3ds(store, id, outcome),
    object: (kind, id) => store.platform.collection(kind).get(id),
    objects: (kind) => store.platform.collection(kind).values(),
    violations: () => engine.fidelity?.violations ?? [],
  };
}

function complete3ds(store: Store, id: string, outcome: 'approve' | 'fail'): void {
  const tx = store.begin();
  try {
    finishAuthentication(tx, tx.find('payment_intent', id), outcome);
  } catch (error) {
    // A card may authenticate and still be declined.
    if (!(error instanceof StripeError && error.commits)) throw error;
  }
  store.commit(tx);
}
