import type { Change, Fact } from '../../../domain/changes.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import type { EventType } from './mirrored-kind.js';

/** Keys of the rows that a decision reads. Lists of the same name of several snapshots are loaded with one query. */
export interface Needs {
  payments?: string[];
  paymentsOfIntents?: string[];
  livePaymentsOfOrders?: string[];
  orders?: string[];
  refunds?: string[];
  refundsOfPayments?: string[];
  customers?: string[];
  customersOfStripe?: string[];
  coupons?: string[];
  couponsOfStripe?: string[];
  promotionCodes?: string[];
  promotionCodesOfStripe?: string[];
  /** By the ids of their orders. */
  redemptions?: string[];
  paymentMethods?: string[];
  paymentMethodsOfCustomers?: string[];
  setupIntents?: string[];
  setupIntentsOfStripe?: string[];
  operations?: string[];
  operationsOfKeys?: string[];
  openOperationsOfPayments?: string[];
  openOperationsOfCustomers?: string[];
  operationsOfSubjects?: string[];
}

export interface DecisionContext {
  now: Date;
  /** Whether Guichet itself sends receipts. */
  sendsReceipts: boolean;
  newId(prefix: 'ref'): string;
}

export type SnapshotOf<T> = Omit<Snapshot, 'object'> & { object: T };

/** Everything that Guichet knows of one kind of Stripe object. All of it is synchronous and pure. */
export interface Family<T> {
  /** Stripe's `object` member. */
  object: string;
  /** The event types whose object is of this kind. */
  events: readonly EventType[];
  /** At Stripe such an object can be deleted: of any other kind, `*.deleted` tells of a change and not of an end. */
  deletable?: boolean;
  /**
   * The path that reads the object, with what must be expanded. `told` is what is known of it, for kinds that are read under
   * their parent; null where that is not known.
   */
  retrievePath(id: string, told?: Record<string, unknown>): string | null;
  /** Snapshots with equal lane keys are decided in one lane, in order. */
  laneKey(object: T): string;
  /** The fields whose change matters. */
  watched(object: T): unknown;
  /** Groups of states that no path leaves for a lower one; 0 for the first snapshot. */
  rank(object: T, first: boolean): number;
  /** Called again with what was loaded, until it asks for nothing new. */
  needs(snapshot: SnapshotOf<T>, rows: WorkingSet): Needs;
  /**
   * What the mirror keeps of the object, where that is less than all but its secrets: personal data that nobody reads is
   * not stored. `before` is what it kept until now.
   */
  kept?(object: T, deleted: boolean, before: Record<string, unknown> | null): Record<string, unknown>;
  /** True when a told snapshot contradicts our rows in a way that only a fetch explains. */
  contradicts?(snapshot: SnapshotOf<T>, rows: WorkingSet): boolean;
  decide(snapshot: SnapshotOf<T>, rows: WorkingSet, context: DecisionContext): Change[];
  /** What it tells of the past, which stays true however stale the snapshot is. */
  facts?(snapshot: SnapshotOf<T>, rows: WorkingSet): Fact[];
}

/** What is expanded of a charge, so that a release can be told from a refund. */
export const REFUNDS_READ = 'refunds.data.balance_transaction';

export type AnyFamily = Family<StripeObject>;

/** The one place where an object's kind is taken to say its type. */
export function defineFamily<T>(family: Family<T>): AnyFamily {
  return family as Family<never> as AnyFamily;
}

/** The id of what Stripe gives as an id or as an expanded object. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  if (!value) return null;
  return typeof value === 'string' ? value : value.id;
}

/** The operation that made the object, as Guichet wrote it into its metadata. */
export function operationIdOf(object: object): string | null {
  const metadata: unknown = 'metadata' in object ? object.metadata : null;
  if (typeof metadata !== 'object' || metadata === null || !('guichet_operation' in metadata)) return null;
  return typeof metadata.guichet_operation === 'string' ? metadata.guichet_operation : null;
}
