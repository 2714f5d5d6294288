import { expect } from 'chai';
import { contract } from '../../../../sandbox/contract/contract.js';
import { anyDefinition, anyDefinitionNameOf } from '../../../../sandbox/testing/sample.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { mirrorKey } from '../../../repositories/stripe-objects.js';
import { kind } from './mirrored-kind.js';
import { mirroredKinds } from './mirrored-kinds.js';
import { familyOfEvent, familyOfObject, familyOfSnapshot, ignoredAs, registeredEvents } from './registry.js';

/** Resources whose events nobody here needs: Stripe asks to be told of as little as possible. */
const LEFT_OUT = [
  ...['billing.', 'billing_portal.', 'climate.', 'file.', 'financial_connections.', 'identity.'],
  ...['issuing_', 'reporting.', 'sigma.', 'source.mandate_notification', 'source.transaction.', 'tax.'],
  ...['terminal.', 'test_helpers.', 'treasury.'],
];

/** What stripe-sync-engine 0.48.5 handles, but for `invoice_payment.paid`, which this version of the API does not have. */
const OF_SYNC_ENGINE = [
  ...['captured', 'expired', 'failed', 'pending', 'refund.updated', 'refunded', 'succeeded', 'updated'].map(
    (verb) => `charge.${verb}`,
  ),
  ...['closed', 'created', 'funds_reinstated', 'funds_withdrawn', 'updated'].map(
    (verb) => `charge.dispute.${verb}`,
  ),
  ...['async_payment_failed', 'async_payment_succeeded', 'completed', 'expired'].map(
    (verb) => `checkout.session.${verb}`,
  ),
  ...['created', 'updated', 'voided'].map((verb) => `credit_note.${verb}`),
  ...['created', 'deleted', 'updated', 'tax_id.created', 'tax_id.deleted', 'tax_id.updated'].map(
    (verb) => `customer.${verb}`,
  ),
  ...['created', 'deleted', 'paused', 'pending_update_applied', 'pending_update_expired', 'resumed'].map(
    (verb) => `customer.subscription.${verb}`,
  ),
  ...['customer.subscription.trial_will_end', 'customer.subscription.updated'],
  'entitlements.active_entitlement_summary.updated',
  ...['created', 'deleted', 'finalization_failed', 'finalized', 'marked_uncollectible', 'paid'].map(
    (verb) => `invoice.${verb}`,
  ),
  ...['payment_action_required', 'payment_failed', 'payment_succeeded', 'sent', 'upcoming', 'updated'].map(
    (verb) => `invoice.${verb}`,
  ),
  'invoice.voided',
  ...['amount_capturable_updated', 'canceled', 'created', 'partially_funded', 'payment_failed'].map(
    (verb) => `payment_intent.${verb}`,
  ),
  ...['processing', 'requires_action', 'succeeded'].map((verb) => `payment_intent.${verb}`),
  ...['attached', 'automatically_updated', 'detached', 'updated'].map((verb) => `payment_method.${verb}`),
  ...['plan', 'price', 'product'].flatMap((kind) =>
    ['created', 'deleted', 'updated'].map((verb) => `${kind}.${verb}`),
  ),
  ...['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'],
  ...['refund.created', 'refund.failed', 'refund.updated', 'review.closed', 'review.opened'],
  ...['canceled', 'created', 'requires_action', 'setup_failed', 'succeeded'].map(
    (verb) => `setup_intent.${verb}`,
  ),
  ...['aborted', 'canceled', 'completed', 'created', 'expiring', 'released', 'updated'].map(
    (verb) => `subscription_schedule.${verb}`,
  ),
];

function familyOf(object: string) {
  const family = familyOfObject(object);
  if (!family) throw new Error(`no family of ${object}`);
  return family;
}

describe('the registry of event types', () => {
  it('reads, or leaves out on purpose, every event that Stripe has at this version', () => {
    const others = Object.keys(contract.events).filter(
      (type) => !LEFT_OUT.some((prefix) => type.startsWith(prefix)),
    );
    expect([...registeredEvents].sort()).to.deep.equal(others.sort());
  });

  it('has every event that stripe-sync-engine mirrors', () => {
    expect(OF_SYNC_ENGINE.filter((type) => !registeredEvents.some((known) => known === type))).to.deep.equal(
      [],
    );
  });

  it('has one family a kind, and one for each kind that an event may carry', () => {
    const kinds = mirroredKinds.map(({ object }) => object);
    expect(new Set(kinds).size).to.equal(kinds.length);
    for (const type of registeredEvents) {
      if (ignoredAs(type) === 'fact') continue;
      for (const name of contract.events[type]?.expands ?? []) {
        const [object] = anyDefinition(name)?.properties.object?.enum ?? [];
        expect(familyOfObject(String(object)), `${type} ${object}`).to.not.equal(null);
      }
    }
  });

  it('takes a fact as one, whatever its object looks like', () => {
    expect(familyOfEvent('invoice.upcoming')).to.equal(null);
    expect([ignoredAs('invoice.upcoming'), ignoredAs('issuing_card.created')]).to.deep.equal([
      'fact',
      'no_family',
    ]);
    // Later versions of the API give it an id, which nothing can be read by.
    const object = { id: 'upcoming_in_1', object: 'invoice' };
    expect(familyOfSnapshot({ object, eventType: 'invoice.upcoming' })).to.equal(null);
    expect(familyOfSnapshot({ object, eventType: 'invoice.paid' })).to.equal(familyOfObject('invoice'));
    const nameless = { object: 'invoice' } as unknown as StripeObject;
    expect(familyOfSnapshot({ object: nameless, eventType: 'invoice.paid' })).to.equal(null);
  });
});

describe('a mirrored kind', () => {
  const routes = new Set(
    [...contract.routes.map(({ method, path }) => `${method} ${path}`), ...contract.otherRoutes].map(
      (route) => route.replace(/\{\w+\}/g, '{}'),
    ),
  );

  for (const { object, paths, ranks, only = [], without = [] } of mirroredKinds)
    describe(object, () => {
      const shape = anyDefinition(anyDefinitionNameOf(object) ?? '');

      it('is read where Stripe has a route', () => {
        for (const path of paths) expect(routes).to.include(`GET ${path.replace(/\{\w+\}/g, '{}')}`);
      });

      it('names fields and statuses that Stripe has', () => {
        const fields = [...only, ...without.map((path) => path.split('.')[0] ?? '')];
        const parents = paths.flatMap((path) =>
          [...path.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field),
        );
        if (!shape) return;
        for (const field of [...fields, ...parents]) expect(shape.properties).to.have.property(field);
        if (ranks) expect(Object.keys(ranks)).to.have.members(shape.properties.status?.enum ?? []);
      });
    });

  it('does not compile with an event that Stripe does not have, or of another kind, or without a status', () => {
    // @ts-expect-error there is no such event
    kind({ object: 'payout', events: ['payout.payed'], paths: [] });
    // @ts-expect-error it tells of a transfer
    kind({ object: 'payout', events: ['transfer.created'], paths: [] });
    // @ts-expect-error open invoices, and others, have no rank
    kind({ object: 'invoice', events: ['invoice.paid'], paths: [], ranks: { draft: 1 } });
    expect(kind({ object: 'payout', events: ['payout.paid'], paths: [] }).events).to.deep.equal([
      'payout.paid',
    ]);
  });

  it('is read under its parent, and nowhere when that is not known', () => {
    const card = familyOf('card');
    expect(card.retrievePath('card_1', { account: 'acct_1' })).to.equal(
      '/v1/accounts/acct_1/external_accounts/card_1',
    );
    expect(card.retrievePath('card_1', { customer: { id: 'cus_1' }, account: null })).to.equal(
      '/v1/customers/cus_1/sources/card_1',
    );
    expect(card.retrievePath('card_1')).to.equal(null);
    expect(familyOf('tax_id').retrievePath('txi_1', { customer: null })).to.equal('/v1/tax_ids/txi_1');
    expect(familyOf('product').retrievePath('a/b c')).to.equal('/v1/products/a%2Fb%20c');
  });

  it('keeps all but secrets, what is personal, and what is an object by itself', () => {
    const price = { id: 'price_1', object: 'price', unit_amount: 500 };
    const items = { object: 'list', data: [{ id: 'si_1', object: 'subscription_item', price, quantity: 2 }] };
    const subscription = {
      ...{ id: 'sub_1', object: 'subscription', status: 'active', items },
      latest_invoice: { id: 'in_1', object: 'invoice', client_secret: 'secret' },
    };
    const kept = familyOf('subscription').kept?.(subscription, false, null);
    expect(kept).to.deep.equal({
      ...subscription,
      items: {
        object: 'list',
        data: [{ id: 'si_1', object: 'subscription_item', price: 'price_1', quantity: 2 }],
      },
      latest_invoice: { id: 'in_1', object: 'invoice' },
    });
    expect(items.data[0]?.price, 'the snapshot stays as it is').to.equal(price);

    const verification = { status: 'verified', verified_name: 'Ada', verified_address: 'Here 1' };
    const taxId = { id: 'txi_1', object: 'tax_id', value: 'DE1', country: 'DE', verification };
    expect(familyOf('tax_id').kept?.(taxId, false, null)).to.deep.equal({
      ...{ id: 'txi_1', object: 'tax_id', country: 'DE' },
      verification: { status: 'verified' },
    });
    const person = { id: 'person_1', object: 'person', account: 'acct_1', first_name: 'Ada', ssn: '1' };
    expect(familyOf('person').kept?.(person, false, null)).to.deep.equal({
      ...{ id: 'person_1', object: 'person', account: 'acct_1' },
    });
  });

  it('keeps what it was when all that is said is that it is deleted', () => {
    const { kept } = familyOf('product');
    const before = { id: 'prod_1', object: 'product', name: 'Tea' };
    const stub = { id: 'prod_1', object: 'product', deleted: true };
    expect(kept?.(stub, true, before)).to.equal(before);
    expect(kept?.(stub, true, null)).to.deep.equal(stub);
    expect(kept?.({ ...before, name: 'Green tea' }, true, before)).to.include({ name: 'Green tea' });
  });

  it('watches what it keeps, whether an event tells it or a read', () => {
    const { watched } = familyOf('invoice');
    const told = {
      id: 'in_1',
      object: 'invoice',
      total: 500,
      lines: { data: [{ price: { id: 'price_1', object: 'price' } }] },
    };
    const read = { ...told, lines: { data: [{ price: 'price_1' }] }, customer_email: 'ada@example.com' };
    expect(watched(told)).to.equal(watched(read));
    expect(watched(told)).to.not.equal(watched({ ...told, total: 501 }));
  });

  it('ranks 0 first, then by groups of statuses, and refuses to guess', () => {
    const { rank } = familyOf('subscription');
    const of = (status: string) => rank({ id: 'sub_1', object: 'subscription', status }, false);
    expect(['incomplete', 'trialing', 'unpaid', 'canceled'].map(of)).to.deep.equal([1, 2, 2, 3]);
    expect(rank({ id: 'sub_1', object: 'subscription', status: 'active' }, true)).to.equal(0);
    expect(() => of('hibernating')).to.throw('A subscription has a status that this version of Guichet');
    const payout = { id: 'po_1', object: 'payout', status: 'paid' };
    expect(familyOf('payout').rank(payout, false)).to.equal(1);
  });

  it('is decided beside its payment, or alone', () => {
    const dispute = { id: 'dp_1', object: 'dispute', payment_intent: 'pi_1' };
    expect(familyOf('dispute').laneKey(dispute)).to.equal('pi_1');
    expect(familyOf('dispute').laneKey({ ...dispute, payment_intent: null })).to.equal('dp_1');
    expect(familyOf('invoice').laneKey({ id: 'in_1', object: 'invoice', payment_intent: 'pi_1' })).to.equal(
      'in_1',
    );
  });

  it('has a row of its own where a plan and a price have one id', () => {
    const keys = ['plan', 'price', 'product', 'coupon'].map((object) => mirrorKey({ object, id: 'gold' }));
    expect(keys).to.deep.equal(['plan/gold', 'gold', 'product/gold', 'gold']);
  });
});
