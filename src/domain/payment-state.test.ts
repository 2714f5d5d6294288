import { expect } from 'chai';
import {
  isCancelable,
  isCapturable,
  isConfirmable,
  isLive,
  isPaymentIntentStatus,
  isTerminal,
  type PaymentStatus,
  paymentIntentRank,
  paymentStatuses,
  paymentTransitions,
} from './payment-state.js';

/** A row a status, a column a status: x where the column may follow the row. */
const matrix = `
                          cr fa pm co ac pr ca su cn
  creating                 .  x  x  x  x  x  x  x  x
  failed                   .  .  .  .  .  .  .  .  .
  requires_payment_method  .  .  .  x  x  x  x  x  x
  requires_confirmation    .  .  x  .  x  x  x  x  x
  requires_action          .  .  x  x  .  x  x  x  x
  processing               .  .  x  .  .  .  x  x  x
  requires_capture         .  .  .  .  .  .  .  x  x
  succeeded                .  .  .  .  .  .  .  .  .
  canceled                 .  .  .  .  .  .  .  .  .
`;

function readMatrix(): { from: string; to: PaymentStatus; allowed: boolean }[] {
  const rows = matrix.trim().split('\n').slice(1);
  return rows.flatMap((row) => {
    const [from = '', ...marks] = row.trim().split(/\s+/);
    return paymentStatuses.map((to, index) => ({ from, to, allowed: marks[index] === 'x' }));
  });
}

interface Traits {
  terminal: boolean;
  live: boolean;
  confirmable: boolean;
  cancelable: boolean;
  capturable: boolean;
}

const traits: Record<PaymentStatus, string> = {
  creating: 'live',
  failed: 'terminal',
  requires_payment_method: 'live confirmable cancelable',
  requires_confirmation: 'live confirmable cancelable',
  requires_action: 'live confirmable cancelable',
  processing: 'live',
  requires_capture: 'live cancelable capturable',
  succeeded: 'terminal live',
  canceled: 'terminal',
};

describe('payment states', () => {
  it('covers every pair of states, once', () => {
    const pairs = readMatrix();
    expect(pairs).to.have.length(paymentStatuses.length ** 2);
    for (const { from, to, allowed } of pairs) {
      const followers = paymentTransitions[from as PaymentStatus];
      expect(followers.includes(to), `${from} -> ${to}`).to.equal(allowed);
      expect(followers.filter((status) => status === to).length, `${from} -> ${to} twice`).to.be.at.most(1);
    }
  });

  it('O7 lets processing fall back to requires_payment_method', () => {
    expect(paymentTransitions.processing).to.include('requires_payment_method');
  });

  for (const status of paymentStatuses) {
    it(`${status} is: ${traits[status]}`, () => {
      const actual: Traits = {
        terminal: isTerminal(status),
        live: isLive(status),
        confirmable: isConfirmable(status),
        cancelable: isCancelable(status),
        capturable: isCapturable(status),
      };
      const names = Object.entries(actual).flatMap(([name, holds]) => (holds ? [name] : []));
      expect(names.join(' ')).to.equal(traits[status]);
    });
  }

  it('recognises the statuses of the pinned API version, and no other', () => {
    const known = paymentStatuses.filter(isPaymentIntentStatus);
    expect(known).to.have.length(7);
    for (const other of ['creating', 'failed', 'requires_reauthorization', '', 'constructor', 'toString']) {
      expect(isPaymentIntentStatus(other), other).to.equal(false);
    }
  });
});

describe('paymentIntentRank', () => {
  it('ranks as the freshness rule needs it', () => {
    const ranks = paymentStatuses.filter(isPaymentIntentStatus).map((status) => paymentIntentRank(status));
    expect(ranks).to.deep.equal([1, 1, 1, 1, 2, 3, 3]);
  });

  it('ranks the first snapshot lowest, whatever its status', () => {
    expect(paymentIntentRank('requires_payment_method', 'first')).to.equal(0);
    expect(paymentIntentRank('succeeded', 'first')).to.equal(0);
  });

  it('is never left for a lower rank by any path, of whatever length', () => {
    const states = paymentStatuses.filter(isPaymentIntentStatus);
    for (const from of states) {
      const reached = new Set<PaymentStatus>([from]);
      for (const state of reached) for (const next of paymentTransitions[state]) reached.add(next);
      for (const to of states.filter((state) => reached.has(state))) {
        expect(paymentIntentRank(to), `${from} -> ${to}`).to.be.at.least(paymentIntentRank(from));
      }
    }
  });
});
