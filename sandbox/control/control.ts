import type Stripe from 'stripe';
import type { Engine } from '../engine.js';
import { changedKnobs, type DeliveryKnobs, NO_KNOBS } from '../events/knobs.js';
import type { Faults } from '../http/faults.js';
import type { LoggedRequest, RequestLog } from '../http/request-log.js';
import { StripeError } from '../http/stripe-error.js';
import { finishAuthentication } from '../payments/confirm.js';
import { finishSetupAuthentication } from '../payments/confirm-setup.js';
import type { Intent } from '../payments/unexpected-state.js';
import { type AccountSettings, checkedSettings, connectAccount } from '../platform/account.js';
import type { AccountState } from '../store/account-state.js';
import type { ApiObject, Delivery, Kind, Kinds, StoredEvent } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import { type MoneyControl, moneyControl } from './money.js';
import { checkSeed } from './seeded.js';

/** A delivery, with the connected account whose event it brings. */
export type ListedDelivery = Delivery & { type: string; account: string | null };

/** The platform's own account when left out. */
export interface OfAccount {
  account?: string;
}

/** What a test or a person may do to the sandbox behind the API's back. */
export interface SandboxControl extends MoneyControl {
  /** Forgets all objects, connected accounts, faults, knobs and logged requests. Account, keys, endpoint and the id sequence stay. */
  reset(): Promise<void>;
  seed(settings: AccountSettings): void;
  /**
   * Objects that nothing here makes, such as an invoice, for a GET of their path: no list shows them, and nothing happens to
   * them by itself.
   */
  readonly seeded: {
    /** Puts or replaces one. Throws when Stripe has no such path, or the object lacks a field of its kind or has another. */
    put(path: string, object: ApiObject, of?: OfAccount): void;
    /** From now on the path answers 404, as of an object that was deleted. Throws when nothing was put there. */
    remove(path: string, of?: OfAccount): void;
  };
  readonly accounts: {
    /** A connected account, ready to be charged. */
    create(settings?: AccountSettings): Stripe.Account;
    /** The connected ones, oldest first. */
    list(): readonly Stripe.Account[];
  };
  readonly clock: { readonly offset: number; now(): number; advance(ms: number): void };
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list' | 'remove'>;
  readonly deliveries: {
    readonly knobs: DeliveryKnobs;
    /** Throws an error that names the field when one is wrong. */
    set(knobs: Partial<DeliveryKnobs>): void;
    /** Of all accounts, oldest first in each. */
    list(): readonly ListedDelivery[];
    /** What `hold` keeps, oldest first. */
    held(): readonly Delivery[];
    /** Attempts what is held now, in this order of events and one after another; all of it, oldest first, when left out. */
    release(eventIds?: readonly string[]): Promise<void>;
  };
  /** Oldest first. */
  events(of?: OfAccount): readonly StoredEvent[];
  /** Attempts an event's pending deliveries now, held or not. Settles when they were attempted. */
  deliver(eventId: string): Promise<void>;
  /** Settles when the copies were sent. */
  resend(eventId: string, options?: { times?: number }): Promise<void>;
  /** The bytes and headers that the built-in endpoint would get for an event now, to post them by oneself. */
  signed(eventId: string): { body: string; headers: Record<string, string> };
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  hasEvent(id: string): boolean;
  /** What the customer does at the bank, for a PaymentIntent or a SetupIntent that waits for it. */
  complete3ds(intentId: string, outcome: 'approve' | 'fail'): void;
  /** A PaymentIntent or a SetupIntent, in whatever account it is. */
  findIntent(id: string): Intent | undefined;
  /** What is stored, and how many of each. */
  kinds(of?: OfAccount): Readonly<Record<string, number>>;
  object<K extends Kind>(kind: K, id: string, of?: OfAccount): Kinds[K] | undefined;
  /** Oldest first. */
  objects<K extends Kind>(kind: K, of?: OfAccount): readonly Kinds[K][];
  /** How the sandbox broke its contract; only with `fidelityChecks`. */
  violations(): readonly string[];
}

interface Parts {
  engine: Engine;
  faults: Faults;
  requests: RequestLog;
}

export function createControl({ engine, faults, requests }: Parts): SandboxControl {
  const { store, deliverer } = engine;
  return {
    ...inspection(engine, requests),
    ...moneyControl(store),
    async reset() {
      engine.jobs.clear();
      deliverer.clear();
      deliverer.knobs = { ...NO_KNOBS };
      faults.clear();
      requests.clear();
      await store.reset(['account', 'endpoint_secret', 'webhook_endpoint']);
      engine.furnish();
    },
    seed(settings) {
      store.transact((tx) => tx.update('account', tx.account, checkedSettings(settings)));
    },
    seeded: {
      put(path, object, of) {
        checkSeed(path, object);
        store.transact(
          (tx) => tx.put('seeded_object', { id: path, object, gone: false }),
          stateOf(store, of),
        );
      },
      remove(path, of) {
        const state = stateOf(store, of);
        const seeded = state.collection('seeded_object').get(path);
        if (!seeded) throw new Error(`nothing was seeded at ${path}`);
        store.transact((tx) => tx.put('seeded_object', { ...seeded, gone: true }), state);
      },
    },
    accounts: {
      create: (settings = {}) => connectAccount(store, settings),
      list: () =>
        store.accounts.all().flatMap((state) => {
          const account = state.collection('account').get(state.accountId);
          return account && !store.accounts.isPlatform(state) ? [account] : [];
        }),
    },
    clock: clockControl(engine),
    faults,
    deliveries: deliveryControl(engine),
    deliver: (eventId) => deliverer.deliver(eventId),
    resend: (eventId, { times = 1 } = {}) => deliverer.resend(eventId, times),
    complete3ds: (id, outcome) => complete3ds(store, id, outcome),
  };
}

type Inspection = Pick<
  SandboxControl,
  | 'clearRequests'
  | 'events'
  | 'findIntent'
  | 'hasEvent'
  | 'kinds'
  | 'object'
  | 'objects'
  | 'requests'
  | 'signed'
  | 'violations'
>;

function inspection(engine: Engine, requests: RequestLog): Inspection {
  const { store, deliverer } = engine;
  return {
    events: (of) => stateOf(store, of).collection('event').values(),
    signed(eventId) {
      const event = store.accounts.holderOf('event', eventId)?.collection('event').get(eventId);
      if (!event) throw new Error(`no event ${eventId}`);
      return deliverer.requestFor(event, engine.builtIn.secret);
    },
    hasEvent: (id) => store.accounts.holderOf('event', id) !== undefined,
    findIntent: (id) => findIntent(store, id),
    kinds: (of) => stateOf(store, of).counts(),
    requests: () => requests.list(),
    clearRequests: () => requests.clear(),
    object: (kind, id, of) => stateOf(store, of).collection(kind).get(id),
    objects: (kind, of) => stateOf(store, of).collection(kind).values(),
    violations: () => engine.fidelity?.violations ?? [],
  };
}

/** Throws for an account that does not exist, which is easier to understand than an empty list. */
function stateOf({ accounts }: Store, { account }: OfAccount = {}): AccountState {
  if (account === undefined) return accounts.platform;
  if (!accounts.find(account)) throw new Error(`no account ${account}`);
  return accounts.state(account);
}

const END_OF_TIME = Date.UTC(9999, 11, 31);

function clockControl({ clock, store, jobs, deliverer }: Engine): SandboxControl['clock'] {
  return {
    get offset() {
      return clock.offset;
    },
    now: () => clock.nowMs(),
    advance(ms) {
      if (!(ms >= 0))
        throw new Error('advance must be a number of milliseconds, 0 or more: time moves forward only');
      if (clock.nowMs() + ms > END_OF_TIME) throw new Error('advance leads beyond the year 9999');
      store.moveClock(ms);
      jobs.runDue();
      deliverer.runDue();
    },
  };
}

function deliveryControl({ store, deliverer }: Engine): SandboxControl['deliveries'] {
  return {
    get knobs() {
      return deliverer.knobs;
    },
    set(knobs) {
      deliverer.knobs = changedKnobs(deliverer.knobs, knobs);
    },
    list: () => store.accounts.all().flatMap((state) => listed(store, state)),
    held: () => deliverer.held(),
    async release(eventIds = [...new Set(deliverer.held().map(({ event }) => event))]) {
      for (const id of eventIds) await deliverer.deliver(id);
    },
  };
}

function listed(store: Store, state: AccountState): ListedDelivery[] {
  const account = store.accounts.isPlatform(state) ? null : state.accountId;
  return state
    .collection('delivery')
    .values()
    .map((delivery) => {
      const type = state.collection('event').get(delivery.event)?.type ?? '';
      return { ...delivery, type, account };
    });
}

function findIntent({ accounts }: Store, id: string): Intent | undefined {
  return (
    accounts.holderOf('payment_intent', id)?.collection('payment_intent').get(id) ??
    accounts.holderOf('setup_intent', id)?.collection('setup_intent').get(id)
  );
}

function complete3ds(store: Store, id: string, outcome: 'approve' | 'fail'): void {
  const kind = store.accounts.holderOf('setup_intent', id) ? 'setup_intent' : 'payment_intent';
  const tx = store.begin(undefined, store.accounts.holderOf(kind, id));
  try {
    if (kind === 'setup_intent') finishSetupAuthentication(tx, tx.find(kind, id), outcome);
    else finishAuthentication(tx, tx.find(kind, id), outcome);
  } catch (error) {
    // A card may authenticate and still be declined.
    if (!(error instanceof StripeError && error.commits)) throw error;
  }
  store.commit(tx);
}
