import { contract } from '../../sandbox/contract/contract.js';
import type { ApiObject } from '../../sandbox/store/kinds.js';
import { eventObject } from '../../sandbox/testing/event-object.js';
import { anyDefinition, type Fields, SAMPLE_TIME, Sampler } from '../../sandbox/testing/sample.js';
import { familyOfObject } from '../../src/services/stripe/families/registry.js';

/** An hour after the objects were made: nothing is near their creation. */
export const TOLD_AT = SAMPLE_TIME + 3600;

export type Sample = ApiObject & Fields & { id: string };

/** One event type with one kind of object that it may carry. */
export interface EventCase {
  type: string;
  kind: string;
  name: string;
  /** It tells of the end of an object that can be deleted. */
  deletes: boolean;
}

/** What a test changes of a kind without metadata, or whose metadata nobody watches. */
const CHANGES: Readonly<Record<string, Fields>> = {
  ApplicationFee: { amount_refunded: 1 },
  BankAccount: { bank_name: 'OTHER BANK' },
  Capability: { requested_at: 1 },
  Card: { exp_year: 2040 },
  Charge: { amount_captured: 1 },
  'Checkout.Session': { amount_total: 1 },
  CustomerCashBalanceTransaction: { ending_balance: 1 },
  Mandate: { on_behalf_of: 'acct_1' },
  PaymentMethod: { customer: 'cus_other' },
  Person: { requirements: null },
  'Radar.EarlyFraudWarning': { fraud_type: 'card_never_received' },
  Refund: { failure_reason: 'unknown' },
  Review: { closed_reason: 'approved' },
  SetupIntent: { payment_method: 'pm_other' },
  Source: { amount: 1 },
  TaxId: { country: 'FR' },
};
const RENAMED: Readonly<Record<string, Fields>> = { Coupon: { name: 'Other' }, Customer: { name: 'Other' } };
/** An invoice of a subscription tells its metadata. */
const OF_SUBSCRIPTION: Readonly<Record<string, Fields>> = {
  Invoice: { subscription_details: { metadata: {} } },
};
const METADATA: Fields = { metadata: { state: 'newer' } };

/** Every kind that an event of these types may carry, but for an account that pays as a card does, which is no source. */
export function casesOf(types: readonly string[]): EventCase[] {
  return types.flatMap((type) =>
    (contract.events[type]?.expands ?? [])
      .filter((kind) => !(kind === 'Account' && type.startsWith('customer.source.')))
      .map((kind) => {
        const object = String(anyDefinition(kind)?.properties.object?.enum?.[0]);
        const deletes = type.endsWith('.deleted') && familyOfObject(object)?.deletable === true;
        return { type, kind, name: `${type} ${object}`, deletes };
      }),
  );
}

/** The object that such an event carries, as it was first and as it is in the end. */
export function statesOf(of: EventCase, story: string): { older: Sample; newer: Sample } {
  const seed = `${of.name} ${story}`;
  const sampler = new Sampler(seed);
  const told = eventObject(of.type, sampler);
  const preferred = anyDefinition(of.kind)?.properties.object?.enum?.[0];
  const plain = told.object === preferred ? told : sampler.build(of.kind);
  const older = {
    ...plain,
    id: sampler.idOf(of.kind),
    ...parentOf(of),
    ...OF_SUBSCRIPTION[of.kind],
  } as Sample;
  return { older, newer: { ...older, ...changeOf(of.kind) } };
}

/** The fields in which the newer state differs. */
export function changeOf(kind: string): Fields {
  return CHANGES[kind] ?? RENAMED[kind] ?? METADATA;
}

/** Cards and bank accounts are read under whom they belong to. */
function parentOf({ type, kind }: EventCase): Fields {
  if (kind !== 'Card' && kind !== 'BankAccount') return {};
  return type.startsWith('account.') ? { account: 'acct_seller' } : { customer: 'cus_buyer' };
}

/** Where Stripe reads it, without what is expanded. */
export function pathOf(object: Sample): string {
  const path = familyOfObject(object.object)?.retrievePath(object.id, object);
  if (!path) throw new Error(`${object.object} is read nowhere`);
  return path.split('?')[0] ?? '';
}

/** A type that tells of the same kind while it is still there. */
export function updateBefore(type: string): string {
  const prefix = type.slice(0, -'deleted'.length);
  return contract.events[`${prefix}updated`] ? `${prefix}updated` : `${prefix}created`;
}
