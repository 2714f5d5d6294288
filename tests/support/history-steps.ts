import fc from 'fast-check';

const CARDS = {
  good: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  '3ds': 'pm_card_threeDSecure2Required',
  'refund fails': 'pm_card_refundFail',
  'refund pends': 'pm_card_pendingRefund',
} as const;

/** The payment method of Stripe's test card that does what the name says. */
export const cardNamed = (name: keyof typeof CARDS): string => CARDS[name];

type Amount = number | 'all';
/** Asked of our API, or done where only events tell us: by the customer's browser, or in Stripe's dashboard. */
export type Through = 'us' | 'Stripe';

/** One thing that happens to a customer, or to one of their payments. */
export type HistoryStep = { payment: number; secondsLater: number } & (
  | { do: 'pay'; card: keyof typeof CARDS; through: Through }
  | { do: 'authenticate'; outcome: 'approve' | 'fail' }
  | { do: 'capture'; amount: Amount; through: Through }
  | { do: 'refund'; amount: Amount; through: Through }
  | { do: 'cancel'; through: Through }
  | { do: 'rename'; name: string }
);

/** What becomes of one event on its way to us. */
export interface Fate {
  /** Events arrive in the order of this number, and of their making where it is equal. */
  place: number;
  lost: boolean;
  /** Told twice: as the same event again when all is over, or by a second event of its own id. */
  twice: 'no' | 'same event' | 'second event';
}

export interface History {
  captures: readonly ('automatic' | 'manual')[];
  steps: readonly HistoryStep[];
  /** Of the events in the order of their making; begins anew when there are more events. */
  fates: readonly Fate[];
  batchSize: number;
  /** Whether what a batch left to be fetched is fetched before the next one. */
  fetches: 'between batches' | 'at the end';
}

const amount = fc.constantFrom<Amount>('all', 700, 1900);
const through = fc.constantFrom<Through>('us', 'Stripe');
const common = { payment: fc.nat(1), secondsLater: fc.constantFrom(0, 0, 1, 8, 60) };
const named = <Name extends string>(name: Name) => fc.constant(name);

const pay: fc.Arbitrary<HistoryStep> = fc.record({
  ...common,
  do: named('pay'),
  card: fc.constantFrom<keyof typeof CARDS>('good', 'declined', '3ds', 'refund fails', 'refund pends'),
  through,
});

const step: fc.Arbitrary<HistoryStep> = fc.oneof(
  { weight: 3, arbitrary: pay },
  {
    weight: 2,
    arbitrary: fc.record({
      ...common,
      do: named('authenticate'),
      outcome: fc.constantFrom('approve', 'approve', 'fail'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ...common, do: named('capture'), amount, through }) },
  { weight: 3, arbitrary: fc.record({ ...common, do: named('refund'), amount, through }) },
  { weight: 1, arbitrary: fc.record({ ...common, do: named('cancel'), through }) },
  {
    weight: 1,
    arbitrary: fc.record({ ...common, do: named('rename'), name: fc.constantFrom('Ada', 'Grace') }),
  },
);

const fate: fc.Arbitrary<Fate> = fc.record({
  place: fc.nat(20),
  lost: fc.nat(4).map((drawn) => drawn === 4),
  twice: fc.constantFrom('no', 'no', 'same event', 'second event'),
});

export const histories: fc.Arbitrary<History> = fc.record({
  captures: fc.array(fc.constantFrom('automatic', 'manual'), { minLength: 1, maxLength: 2 }),
  steps: fc
    .tuple(pay, fc.array(step, { minLength: 2, maxLength: 9 }))
    .map(([first, rest]) => [first, ...rest]),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  batchSize: fc.integer({ min: 1, max: 9 }),
  fetches: fc.constantFrom('between batches', 'at the end'),
});

/** A step on one line, as in `refund 700 through Stripe`. */
export function tellHistoryStep({ payment, secondsLater, ...step }: HistoryStep): string {
  const { do: what, ...choice } = step;
  return `${secondsLater} s later, payment ${payment}: ${[what, ...Object.values(choice)].join(' ')}`;
}
