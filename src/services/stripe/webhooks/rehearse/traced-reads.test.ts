import { expect } from 'chai';
import { decisionContext, workingSet } from '../../../../../tests/support/held-rows.js';
import { examplePayment } from '../../../../../tests/support/rows.js';
import { chargeObject, paidIntent, told } from '../../../../../tests/support/snapshots.js';
import { familyOfObject } from '../../families/registry.js';
import { clover } from '../adapters/clover.js';
import { untoldFields } from './changed-fields.js';
import { tracedReads } from './traced-reads.js';

describe('what a family reads', () => {
  const context = decisionContext();
  const readOf = (object: ReturnType<typeof paidIntent>) => {
    const stripe = { ...examplePayment().stripe, paymentIntentId: 'pi_1' };
    const rows = workingSet({ payments: [examplePayment({ _id: 'pay_1', stripe })] });
    const family = familyOfObject(object.object);
    if (!family) throw new Error(`No family reads a ${object.object}`);
    return tracedReads(family, told(object), { rows, context });
  };

  it('is what it watches, ranks by and decides on', () => {
    const read = readOf(paidIntent());
    expect([...read]).to.include.members(['status', 'cancellation_reason', 'amount_received', 'metadata']);
    expect([...read]).to.not.include.members(['capture_method']);
  });

  it('is nothing that no event of a later version tells: absent is not null', () => {
    for (const object of [paidIntent(), chargeObject()]) {
      const untold = untoldFields(clover, object.object);
      expect(untold).to.deep.equal(['invoice']);
      expect([...readOf(object)]).to.not.include.members(untold);
    }
  });
});
