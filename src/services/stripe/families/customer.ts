import type Stripe from 'stripe';
import { type Change, move } from '../../../domain/changes.js';
import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, type Needs, operationIdOf, type SnapshotOf } from './family.js';

type Customer = Stripe.Customer | Stripe.DeletedCustomer;

export const customerFamily = defineFamily<Customer>({
  object: 'customer',
  events: ['customer.created', 'customer.updated', 'customer.deleted'],
  retrievePath: (id) => `/v1/customers/${id}`,
  laneKey: (customer) => customer.id,
  watched: (customer) =>
    customer.deleted ? ['deleted'] : [customer.email, customer.name, customer.description, customer.metadata],
  rank: (_customer, first) => (first ? 0 : 1),
  needs,
  decide,
});

function needs({ object }: SnapshotOf<Customer>, rows: WorkingSet): Needs {
  const operation = rows.get('operations', operationIdOf(object));
  return {
    customersOfStripe: [object.id],
    customers: operation?.subject.collection === 'customers' ? [operation.subject.id] : [],
  };
}

function customerOf(snapshot: SnapshotOf<Customer>, rows: WorkingSet): CustomerRow | null {
  const { object, stripeAccountId, livemode } = snapshot;
  const attached = rows.find(
    'customers',
    (row) =>
      row.stripe.customerId === object.id &&
      row.stripeAccountId === stripeAccountId &&
      row.livemode === livemode,
  );
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made = operation?.kind === 'customer.create' ? rows.get('customers', operation.subject.id) : null;
  return made?.stripe.customerId === null ? made : null;
}

function decide(snapshot: SnapshotOf<Customer>, rows: WorkingSet): Change[] {
  const customer = customerOf(snapshot, rows);
  if (!customer) return [];
  if (customer.status === 'failed') return revived(customer, snapshot);
  const status = snapshot.deleted ? 'deleted' : 'active';
  if (customer.status === status && customer.stripe.customerId === snapshot.object.id) return [];
  return [
    move('customers', customer._id, {
      status,
      deleted: snapshot.deleted,
      stripe: { customerId: snapshot.object.id },
    }),
    {
      type: 'audit',
      collection: 'customers',
      id: customer._id,
      action: `customer.${status}`,
      before: { status: customer.status },
      after: { status, stripeCustomerId: snapshot.object.id },
    },
  ];
}

/** Given up and made after all: its user may have another by now, so it is kept for its payments and used for no other. */
function revived(customer: CustomerRow, { object }: SnapshotOf<Customer>): Change[] {
  if (customer.stripe.customerId === object.id) return [];
  return [
    move('customers', customer._id, { stripe: { customerId: object.id } }),
    {
      type: 'audit',
      collection: 'customers',
      id: customer._id,
      action: 'customer.revived',
      before: { status: customer.status },
      after: { status: customer.status, stripeCustomerId: object.id },
    },
  ];
}
