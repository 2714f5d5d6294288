import fc from 'fast-check';
import type { FaultAction, FaultRule } from '../../sandbox/http/faults.js';

/** What goes wrong between us and Stripe while a step is made. */
export interface Trouble {
  when: FaultRule['when'];
  how: 'reset' | 'stall' | 500 | 503;
  /** Once, so that the next send is answered, or as long as the request lasts, so that its outcome is unknown. */
  lasts: 'once' | 'on';
}

/** What a caller does who is not told how it ended: asks again at once, or when everything is over. */
export type Caller = 'insists' | 'comes back later';

interface Asked {
  trouble: Trouble | null;
  caller: Caller;
}

/** One thing that happens to an order and its payment. */
export type Step =
  | ({ do: 'create'; capture: 'automatic' | 'manual' } & Asked)
  | ({ do: 'confirm'; card: 'good' | 'declined' | '3ds' } & Asked)
  | ({ do: 'capture'; amount: number | 'all' } & Asked)
  | ({ do: 'refund'; amount: number | 'all' } & Asked)
  | ({ do: 'cancel' } & Asked)
  | { do: 'authenticate'; outcome: 'approve' | 'fail' }
  | { do: 'restart' };

export interface Sequence {
  webhooks: 'at once' | 'twice' | 'in another order' | 'at the end';
  steps: readonly Step[];
}

const amount = fc.constantFrom<number | 'all'>('all', 700, 1900);

const trouble: fc.Arbitrary<Trouble> = fc
  .record({
    when: fc.constantFrom<Trouble['when']>('before', 'after', 'body'),
    how: fc.constantFrom<Trouble['how']>('reset', 503, 500),
    lasts: fc.constantFrom<Trouble['lasts']>('once', 'on'),
  })
  // What breaks in the middle of a body has told its status before.
  .map((drawn) => (drawn.when === 'body' && drawn.how !== 'reset' ? { ...drawn, how: 'stall' } : drawn));

const asked = {
  trouble: fc.option(trouble, { freq: 2 }),
  caller: fc.constantFrom<Caller>('insists', 'comes back later'),
};

const create = fc.record({
  do: fc.constant('create' as const),
  capture: fc.constantFrom('automatic' as const, 'manual' as const),
  ...asked,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('confirm' as const),
      card: fc.constantFrom('good' as const, 'good' as const, 'declined' as const, '3ds' as const),
      ...asked,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('capture' as const), amount, ...asked }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('refund' as const), amount, ...asked }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), ...asked }) },
  { weight: 1, arbitrary: create },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('authenticate' as const),
      outcome: fc.constantFrom('approve' as const, 'approve' as const, 'fail' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

/** Begins with a create, as everything does. */
export const sequences: fc.Arbitrary<Sequence> = fc.record({
  webhooks: fc.constantFrom('at once', 'twice', 'in another order', 'at the end'),
  steps: fc
    .tuple(create, fc.array(step, { minLength: 2, maxLength: 9 }))
    .map(([first, rest]): Step[] => [first, ...rest]),
});

/** The fault rule of a step's trouble, for the path that the step writes to. */
export function faultOf({ when, how, lasts }: Trouble, path: string): FaultRule {
  const action: FaultAction = typeof how === 'number' ? { type: 'status', status: how } : { type: how };
  return { match: { method: 'POST', path }, when, action, ...(lasts === 'once' ? { times: 1 } : {}) };
}

/** A step on one line, as in `confirm good (503 after, on; insists)`. */
export function tellStep(step: Step): string {
  const { do: what, trouble: wrong, caller, ...choice } = { trouble: null, caller: null, ...step };
  const lost = wrong ? `${wrong.how} ${wrong.when}, ${wrong.lasts}; ` : '';
  return [what, ...Object.values(choice), caller ? `(${lost}${caller})` : ''].join(' ').trim();
}
