import { expect } from 'chai';
import {
  decisionContext,
  type Held,
  sentOperation,
  workingSet,
} from '../../../../tests/support/held-rows.js';
import { exampleCustomer, examplePaymentMethod } from '../../../../tests/support/rows.js';
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
      set: {
        status: 'active',
        deleted: false,
        email: 'ada@example.com',
        name: null,
        metadata: {},
        defaultPaymentMethodId: null,
        stripe: { customerId: 'cus_Stripe1' },
      },
    });
    expect(audit).to.include({ type: 'audit', action: 'customer.active' });
  });

  it('keeps no personal data in the audit trail', () => {
    const changes = decide(made, { customers: [creating], operations });
    const audits = changes.filter(({ type }) => type === 'audit');
    expect(audits).to.have.length(1);
    expect(JSON.stringify(audits)).to.not.include('ada@example.com');
  });

  it('does nothing when it is as we have it, but for names of ours in its metadata', () => {
    const same = customerObject({ metadata: { guichet_operation: 'op_1' } });
    expect(decide(same, { customers: [customer] })).to.deep.equal([]);
  });

  it('takes over what was changed, and audits the names of the fields alone', () => {
    const settings = { default_payment_method: 'pm_1' };
    const object = customerObject({ name: 'Ada L.', metadata: { tier: 'gold' }, invoice_settings: settings });
    const [move, audit] = decide(object, { customers: [customer] });
    const after = { name: 'Ada L.', metadata: { tier: 'gold' }, defaultPaymentMethodId: 'pm_1' };
    expect(move).to.have.property('set').that.deep.includes(after);
    expect(audit).to.deep.include({
      action: 'customer.updated',
      after: { changed: ['name', 'metadata', 'defaultPaymentMethodId'] },
    });
    expect(JSON.stringify(audit)).to.not.match(/Ada L|gold/);
  });

  it('erases, with its end, what was sent for it and what was saved with it', () => {
    const subject = { collection: 'customers', id: 'cus_1' } as const;
    const params = JSON.stringify({ name: 'Ada' });
    const sent = sentOperation({ _id: 'op_1', kind: 'customer.create', subject, params, open: false });
    const open = sentOperation({ _id: 'op_2', kind: 'customer.update', subject, params });
    const methods = [examplePaymentMethod({ customerId: 'cus_1' })];
    const held = { customers: [customer], operations: [sent, open], paymentMethods: methods };
    const changes = decide(gone, held, { deleted: true });
    expect(changes[0]).to.have.property('set').that.deep.includes({ email: null, name: null, metadata: {} });
    const moves = changes.flatMap((change) => (change.type === 'move' ? [change] : []));
    expect(moves.map(({ collection, id }) => [collection, id])).to.deep.equal([
      ['customers', 'cus_1'],
      ['operations', 'op_1'],
      ['paymentMethods', 'acct_1:test:pm_1'],
    ]);
    expect(JSON.stringify(moves)).to.not.match(/Ada|4242/);
  });

  it('never comes back once it has ended', () => {
    const deleted = exampleCustomer({ ...customer, status: 'deleted', deleted: true, email: null });
    for (const object of [customerObject(), customerObject({ name: 'Late' })]) {
      expect(decide(object, { customers: [deleted] })).to.deep.equal([]);
    }
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
