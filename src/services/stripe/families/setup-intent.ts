import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, move } from '../../../domain/changes.js';
import { type SetupIntentRow, setupIntentStatuses } from '../../../domain/rows/setup-intent.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, idOf, type Needs, operationIdOf, type SnapshotOf } from './family.js';
import { nextActionOf } from './next-action.js';
import { errorOf } from './payment-intent.js';

type Intent = Stripe.SetupIntent;

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'canceled']);

export const setupIntentFamily = defineFamily<Intent>({
  object: 'setup_intent',
  events: [
    'setup_intent.created',
    'setup_intent.requires_action',
    'setup_intent.setup_failed',
    'setup_intent.succeeded',
    'setup_intent.canceled',
  ],
  retrievePath: (id) => `/v1/setup_intents/${id}`,
  laneKey: (intent) => intent.id,
  watched: (intent) => [
    intent.status,
    idOf(intent.payment_method),
    intent.last_setup_error?.code,
    intent.next_action?.type,
  ],
  rank: (intent, first) => (first ? 0 : ENDED.has(intent.status) ? 2 : 1),
  kept: ({ client_secret: _, last_setup_error: error, ...rest }) => ({
    ...rest,
    // With the whole payment method, and so with whose it is.
    last_setup_error: error && { type: error.type, code: error.code, decline_code: error.decline_code },
  }),
  needs,
  decide,
});

function needs({ object }: SnapshotOf<Intent>, rows: WorkingSet): Needs {
  const operation = rows.get('operations', operationIdOf(object));
  return {
    setupIntentsOfStripe: [object.id],
    setupIntents: operation?.subject.collection === 'setupIntents' ? [operation.subject.id] : [],
  };
}

function setupOf({ object, stripeAccountId, livemode }: SnapshotOf<Intent>, rows: WorkingSet) {
  const attached = rows.find(
    'setupIntents',
    (row) =>
      row.stripe.setupIntentId === object.id &&
      row.stripeAccountId === stripeAccountId &&
      row.livemode === livemode,
  );
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made =
    operation?.kind === 'setup_intent.create' ? rows.get('setupIntents', operation.subject.id) : null;
  return made?.stripe.setupIntentId === null ? made : null;
}

function decide(snapshot: SnapshotOf<Intent>, rows: WorkingSet): Change[] {
  const setup = setupOf(snapshot, rows);
  if (!setup) return [];
  const after = stateOf(snapshot.object, setup);
  const { status, lastError, nextAction, stripe } = setup;
  if (canonicalJson(after) === canonicalJson({ status, lastError, nextAction, stripe })) return [];
  return [
    move('setupIntents', setup._id, after),
    {
      type: 'audit',
      collection: 'setupIntents',
      id: setup._id,
      action: `setup_intent.${after.status}`,
      before: { status },
      after: { status: after.status, errorCode: after.lastError?.code ?? null },
    },
  ];
}

function stateOf(object: Intent, setup: SetupIntentRow) {
  const known = setupIntentStatuses.find((status) => status === object.status);
  return {
    status: known ?? setup.status,
    lastError: errorOf(object.last_setup_error),
    nextAction: nextActionOf(object.next_action),
    stripe: {
      customerId: setup.stripe.customerId,
      setupIntentId: object.id,
      paymentMethodId: idOf(object.payment_method),
    },
  };
}
