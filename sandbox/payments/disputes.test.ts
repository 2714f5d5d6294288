import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, raw, sandboxForEach } from '../test-support.js';

const DAY_MS = 86_400_000;

describe('sandbox: disputes and early fraud warnings', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForEach((opened) => {
    ({ sandbox, stripe } = opened);
  });

  const types = (pattern: RegExp) =>
    sandbox.control.events().flatMap(({ type }) => (pattern.test(type) ? [type] : []));
  const total = async () => {
    const { available, pending } = await stripe.balance.retrieve();
    return [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0);
  };
  /** The dispute that a test card opens a moment after it paid. */
  const disputed = async (card: string) => {
    const intent = await paid(stripe, { amount: 5000, payment_method: card });
    await sandbox.idle();
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    if (!dispute) throw new Error('no dispute was opened');
    return { intent, dispute };
  };

  for (const [card, reason, code] of [
    ['pm_card_createDispute', 'fraudulent', '10.4'],
    ['pm_card_createDisputeProductNotReceived', 'product_not_received', '13.1'],
  ] as const)
    it(`${card} is disputed as ${reason}: the amount and 15.00 are taken`, async () => {
      const { intent, dispute } = await disputed(card);
      expect([dispute.status, dispute.reason, dispute.amount]).to.deep.equal([
        'needs_response',
        reason,
        5000,
      ]);
      expect(dispute.payment_method_details?.card).to.deep.equal({
        brand: 'visa',
        case_type: 'chargeback',
        network_reason_code: code,
      });
      const { due_by, ...details } = dispute.evidence_details;
      expect(details).to.deep.equal({
        enhanced_eligibility: {},
        has_evidence: false,
        past_due: false,
        submission_count: 0,
      });
      expect(due_by).to.be.greaterThan(dispute.created + 7 * 86_400);
      const [withdrawn] = dispute.balance_transactions;
      expect([withdrawn?.type, withdrawn?.amount, withdrawn?.fee, withdrawn?.net]).to.deep.equal([
        'adjustment',
        -5000,
        1500,
        -6500,
      ]);
      expect([withdrawn?.reporting_category, withdrawn?.source]).to.deep.equal(['dispute', dispute.id]);
      const charge = await stripe.charges.retrieve(intent.latest_charge as string);
      expect([charge.disputed, charge.refunded]).to.deep.equal([true, false]);
      expect(await total()).to.equal(5000 - 175 - 6500);
      expect(types(/dispute/)).to.deep.equal(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
    });

  it('a disputed charge cannot be refunded: charge_disputed', async () => {
    const { intent } = await disputed('pm_card_createDispute');
    const error = await errorOf(stripe.refunds.create({ payment_intent: intent.id }));
    expect([error.statusCode, error.code]).to.deep.equal([400, 'charge_disputed']);
  });

  it('winning evidence gives amount and fee back', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    const before = await total();
    const submitted = await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    });
    expect([submitted.status, submitted.evidence_details.submission_count]).to.deep.equal([
      'under_review',
      1,
    ]);
    await sandbox.idle();
    const won = await stripe.disputes.retrieve(dispute.id);
    expect(won.status).to.equal('won');
    const [, back] = won.balance_transactions;
    expect([back?.amount, back?.fee, back?.net, back?.reporting_category]).to.deep.equal([
      5000,
      -1500,
      6500,
      'dispute_reversal',
    ]);
    expect(await total()).to.equal(before + 6500);
    expect(types(/dispute/).slice(2)).to.deep.equal([
      'charge.dispute.updated',
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ]);
    const closed = await errorOf(stripe.disputes.close(dispute.id));
    expect(closed.statusCode).to.equal(400);
  });

  it('losing evidence leaves the money with the customer', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    const before = await total();
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'losing_evidence' } });
    await sandbox.idle();
    const lost = await stripe.disputes.retrieve(dispute.id);
    expect([lost.status, lost.balance_transactions.length]).to.deep.equal(['lost', 1]);
    expect(await total()).to.equal(before);
    expect(types(/dispute/).slice(2)).to.deep.equal(['charge.dispute.updated', 'charge.dispute.closed']);
  });

  it('evidence is kept until it is submitted, once; files are refused', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    const staged = await stripe.disputes.update(dispute.id, {
      evidence: { customer_name: 'Ada', product_description: 'A book' },
      metadata: { case: '7' },
      submit: false,
    });
    expect([staged.status, staged.evidence_details.has_evidence]).to.deep.equal(['needs_response', true]);
    const submitted = await stripe.disputes.update(dispute.id, {
      evidence: { product_description: 'Two books' },
      submit: true,
    });
    const { customer_name, product_description } = submitted.evidence;
    expect([submitted.status, customer_name, product_description]).to.deep.equal([
      'under_review',
      'Ada',
      'Two books',
    ]);
    expect(submitted.metadata).to.deep.equal({ case: '7' });
    const again = await errorOf(stripe.disputes.update(dispute.id, { evidence: { customer_name: 'Bob' } }));
    expect(again.statusCode).to.equal(400);
    expect((await stripe.disputes.update(dispute.id, { metadata: { case: '8' } })).metadata).to.deep.equal({
      case: '8',
    });
    const file = await errorOf(stripe.disputes.update(dispute.id, { evidence: { receipt: 'file_1' } }));
    expect(file.code).to.equal('sandbox_not_implemented');
  });

  it('accepting a dispute loses it', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    expect((await stripe.disputes.close(dispute.id)).status).to.equal('lost');
    expect(types(/dispute/).at(-1)).to.equal('charge.dispute.closed');
  });

  it('a dispute that nobody answers is lost after its date', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    sandbox.control.clock.advance(14 * DAY_MS);
    expect((await stripe.disputes.retrieve(dispute.id)).status).to.equal('needs_response');
    sandbox.control.clock.advance(2 * DAY_MS);
    expect((await stripe.disputes.retrieve(dispute.id)).status).to.equal('lost');
  });

  it('an inquiry moves no money, allows a refund, and closes with a warning', async () => {
    const { intent, dispute } = await disputed('pm_card_createDisputeInquiry');
    expect([dispute.status, dispute.is_charge_refundable]).to.deep.equal(['warning_needs_response', true]);
    expect(dispute.balance_transactions).to.deep.equal([]);
    expect(dispute.payment_method_details?.card?.case_type).to.equal('inquiry');
    expect(await total()).to.equal(5000 - 175);
    await stripe.refunds.create({ payment_intent: intent.id });
    const submitted = await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    });
    expect(submitted.status).to.equal('warning_under_review');
    await sandbox.idle();
    expect((await stripe.disputes.retrieve(dispute.id)).status).to.equal('warning_closed');
    expect(types(/dispute/)).to.deep.equal([
      'charge.dispute.created',
      'charge.dispute.updated',
      'charge.dispute.closed',
    ]);
  });

  it('a chargeback cannot escalate: it stays under review', async () => {
    const { dispute } = await disputed('pm_card_createDispute');
    await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'escalate_inquiry_evidence' },
    });
    await sandbox.idle();
    expect((await stripe.disputes.retrieve(dispute.id)).status).to.equal('under_review');
  });

  it('an inquiry can escalate into a chargeback', async () => {
    const { dispute } = await disputed('pm_card_createDisputeInquiry');
    await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'escalate_inquiry_evidence' },
    });
    await sandbox.idle();
    const escalated = await stripe.disputes.retrieve(dispute.id);
    expect([escalated.status, escalated.payment_method_details?.card?.case_type]).to.deep.equal([
      'needs_response',
      'chargeback',
    ]);
    expect(escalated.balance_transactions[0]?.net).to.equal(-6500);
    expect(types(/dispute/).at(-1)).to.equal('charge.dispute.funds_withdrawn');
  });

  it('an inquiry closes by itself after its date', async () => {
    const { dispute } = await disputed('pm_card_createDisputeInquiry');
    sandbox.control.clock.advance(17 * DAY_MS);
    expect((await stripe.disputes.retrieve(dispute.id)).status).to.equal('warning_closed');
  });

  it('an early fraud warning asks for an answer until the charge is refunded', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_createIssuerFraudRecord' });
    await sandbox.idle();
    const [warning] = (await stripe.radar.earlyFraudWarnings.list({ payment_intent: intent.id })).data;
    expect([warning?.actionable, warning?.charge]).to.deep.equal([true, intent.latest_charge]);
    await stripe.refunds.create({ payment_intent: intent.id });
    const answered = await stripe.radar.earlyFraudWarnings.retrieve(warning?.id ?? '');
    expect(answered.actionable).to.equal(false);
    expect(types(/radar/)).to.deep.equal([
      'radar.early_fraud_warning.created',
      'radar.early_fraud_warning.updated',
    ]);
  });

  it('a card that is disputed is so only once captured', async () => {
    const intent = await paid(stripe, { capture_method: 'manual', payment_method: 'pm_card_createDispute' });
    await sandbox.idle();
    expect((await stripe.disputes.list()).data).to.deep.equal([]);
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 700 });
    await sandbox.idle();
    expect((await stripe.disputes.list()).data.map(({ amount }) => amount)).to.deep.equal([700]);
  });

  it('the control plane disputes any paid charge, once', async () => {
    const intent = await paid(stripe);
    const charge = intent.latest_charge as string;
    const path = `/_sandbox/dispute/${charge}`;
    const opened = await raw(sandbox, path, {
      method: 'POST',
      body: '{"reason":"duplicate"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(opened.body)).to.deep.include({ object: 'dispute', reason: 'duplicate' });
    expect(() => sandbox.control.dispute(charge)).to.throw('no money that could be disputed');
    expect(() => sandbox.control.dispute(charge, { reason: 'boredom' })).to.throw('fraudulent');
    expect((await stripe.disputes.list({ charge })).data).to.have.length(1);
  });
});
