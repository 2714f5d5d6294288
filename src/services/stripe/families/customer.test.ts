import { expect } from 'chai';
import {
  decisionContext,
  type Held,
  sentOperation,
  workingSet,
} from '../../../../tests/support/held-rows.js';
import { exampleCustomer } from '../../../../tests/support/rows.js';
import { customerObject, told } from '../../../../tests/support/snapshots.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { customerFamily as family } from './customer.js';

const customer = exampleCustomer({ _id: 'cus_1' });
const gone: StripeObject = { id: 'cus_Stripe1', object: 'customer', deleted: true };

const decide = (object: StripeObject, held: Held, changes: Partial<Snapshot> = {}) =>
  family.decide(told(object, 1, changes), workingSet(held), decisionContext());

describe('the customer family', () => {
  const creating = exampleCustomer({ ...customer, status: 'creating', stripe: { customerId: null } });
  const subject = { collection: 'customers', id: 'cus_1' } as const;
  const operations = [sentOperation({ _id: 'op_1', kind: 'customer.create', subject })];
  const made = customerObject({ metadata: { guichet_operation: 'op_1' } });

  it('attaches to the customer whose operation made it', () => {
    const [move, audit] = decide(made, { customers: [creating], operations });
    expect(move).to.deep.include({
      type: 'move',
      id: 'cus_1',
      set: { status: 'active', deleted: false, stripe: { customerId: 'cus_Stripe1' } },
    });
    expect(audit).to.include({ type: 'audit', action: 'customer.active' });
  });

  it('keeps no personal data in the audit trail', () => {
    const changes = decide(made, { customers: [creating], operations });
    expect(JSON.stringify(changes)).to.not.include('ada@example.com');
  });

  it('does nothing when it is attached already, whatever else it says', () => {
    expect(decide(customerObject({ name: 'Ada L.' }), { customers: [customer] })).to.deep.equal([]);
  });

  it('ends with its deletion, once', () => {
    const [move, audit] = decide(gone, { customers: [customer] }, { deleted: true });
    expect(move).to.have.nested.include({ 'set.status': 'deleted', 'set.deleted': true });
    expect(audit).to.include({ action: 'customer.deleted' });
    const deleted = exampleCustomer({ ...customer, status: 'deleted', deleted: true });
    expect(decide(gone, { customers: [deleted] }, { deleted: true })).to.deep.equal([]);
  });

  const strangers: [what: string, object: StripeObject, held: Held, scope?: Partial<Snapshot>][] = [
    ['that nobody of ours is', customerObject({ id: 'cus_other' }), { customers: [customer] }],
    ['of another account', customerObject(), { customers: [customer] }, { stripeAccountId: 'acct_2' }],
    ['of the other mode', customerObject(), { customers: [customer] }, { livemode: true }],
    ['whose operation made another', { ...made, id: 'cus_other' }, { customers: [customer], operations }],
  ];
  for (const [what, object, held, scope] of strangers) {
    it(`changes nothing for one ${what}`, () => {
      expect(decide(object, held, scope)).to.deep.equal([]);
    });
  }

  it('ranks the first snapshot below all others, and is decided in its own lane', () => {
    expect(family.rank(customerObject(), true)).to.equal(0);
    expect(family.rank(customerObject(), false)).to.equal(1);
    expect(family.rank(gone, false)).to.equal(1);
    expect(family.laneKey(customerObject())).to.equal('cus_Stripe1');
  });

  it('watches what a person is told by', () => {
    const watched = (fields: Record<string, unknown>) =>
      JSON.stringify(family.watched(customerObject(fields)));
    for (const change of [{ email: 'a@b.c' }, { name: 'Ada' }, { metadata: { a: 'b' } }, { deleted: true }]) {
      expect(watched(change)).to.not.equal(watched({}));
    }
    expect(watched({ balance: 5 })).to.equal(watched({}));
  });
});
