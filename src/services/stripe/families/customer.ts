import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, move } from '../../../domain/changes.js';
import { ownMetadata } from '../../../domain/merge-metadata.js';
import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { customerOfStripe } from './customer-of-stripe.js';
import { endCustomer } from './end-customer.js';
import {
  type DecisionContext,
  defineFamily,
  idOf,
  type Needs,
  operationIdOf,
  type SnapshotOf,
} from './family.js';

type Customer = Stripe.Customer | Stripe.DeletedCustomer;

export const customerFamily = defineFamily<Customer>({
  object: 'customer',
  events: ['customer.created', 'customer.updated', 'customer.deleted'],
  deletable: true,
  retrievePath: (id) => `/v1/customers/${id}`,
  laneKey: (customer) => customer.id,
  watched: (customer) =>
    customer.deleted
      ? ['deleted']
      : [customer.email, customer.name, customer.description, customer.metadata, defaultOf(customer)],
  rank: (_customer, first) => (first ? 0 : 1),
  kept: (customer, deleted) =>
    deleted ? { id: customer.id, object: customer.object, deleted: true } : { ...customer },
  needs,
  decide,
});

function defaultOf(customer: Stripe.Customer): string | null {
  // Absent in answers of other versions, and in old events.
  const settings = customer.invoice_settings as Stripe.Customer.InvoiceSettings | undefined;
  return idOf(settings?.default_payment_method);
}

function needs(snapshot: SnapshotOf<Customer>, rows: WorkingSet): Needs {
  const { object, deleted } = snapshot;
  const operation = rows.get('operations', operationIdOf(object));
  const customer = customerOf(snapshot, rows);
  const ours = customer ? [customer._id] : [];
  return {
    customersOfStripe: [object.id],
    customers: operation?.subject.collection === 'customers' ? [operation.subject.id] : [],
    openOperationsOfCustomers: ours,
    ...(deleted ? { operationsOfSubjects: ours, paymentMethodsOfCustomers: ours } : {}),
  };
}

function customerOf(snapshot: SnapshotOf<Customer>, rows: WorkingSet): CustomerRow | null {
  const { object } = snapshot;
  const attached = customerOfStripe(rows, snapshot, object.id);
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made = operation?.kind === 'customer.create' ? rows.get('customers', operation.subject.id) : null;
  return made?.stripe.customerId === null ? made : null;
}

function decide(snapshot: SnapshotOf<Customer>, rows: WorkingSet, { now }: DecisionContext): Change[] {
  const customer = customerOf(snapshot, rows);
  // Nothing brings a deleted one back.
  if (!customer || customer.status === 'deleted') return [];
  if (snapshot.deleted || snapshot.object.deleted) {
    return endCustomer(customer, { stripeCustomerId: snapshot.object.id, now }, rows);
  }
  if (customer.status === 'failed') return revived(customer, snapshot);
  const after = stateOf(snapshot.object);
  const changed = (Object.keys(after) as (keyof typeof after)[]).filter(
    (field) => canonicalJson(after[field]) !== canonicalJson(customer[field]),
  );
  if (changed.length === 0) return [];
  const active = customer.status === after.status;
  return [
    move('customers', customer._id, after),
    auditOf(customer, {
      action: active ? 'customer.updated' : 'customer.active',
      // The names alone: what they hold is personal.
      after: active ? { changed } : { status: after.status, stripeCustomerId: snapshot.object.id },
    }),
  ];
}

function stateOf(object: Stripe.Customer) {
  return {
    status: 'active',
    deleted: false,
    email: object.email,
    name: object.name ?? null,
    metadata: ownMetadata(object.metadata),
    defaultPaymentMethodId: defaultOf(object),
    stripe: { customerId: object.id },
  } as const satisfies Partial<CustomerRow>;
}

/** Given up and made after all: its user may have another by now, so it is kept for its payments and used for no other. */
function revived(customer: CustomerRow, { object }: SnapshotOf<Customer>): Change[] {
  if (customer.stripe.customerId === object.id) return [];
  return [
    move('customers', customer._id, { stripe: { customerId: object.id } }),
    auditOf(customer, {
      action: 'customer.revived',
      after: { status: customer.status, stripeCustomerId: object.id },
    }),
  ];
}

function auditOf(
  { _id, status }: CustomerRow,
  { action, after }: { action: string; after: Record<string, unknown> },
): Change {
  return { type: 'audit', collection: 'customers', id: _id, action, before: { status }, after };
}
