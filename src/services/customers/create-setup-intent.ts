import { randomUUID } from 'node:crypto';
import { type Change, insert } from '../../domain/changes.js';
import { notFound } from '../../domain/errors.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import type { SetupIntentRow } from '../../domain/rows/setup-intent.js';
import { WorkingSet } from '../../domain/working-set.js';
import { newId } from '../../utils/ids.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { acceptReturnUrl } from '../payments/accept-return-url.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { type NewOperation, newOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { requireStripe } from '../stripe/require-stripe.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';
import type { CreateSetupIntentInput, CustomerUseCases } from './customer-use-cases.js';
import { refreshSaved } from './refresh-saved.js';
import { requireActive } from './require-customer.js';
import { setupSecret } from './setup-secret.js';

/**
 * Begins to save a payment method with a customer, for payments at which the customer is not there. The browser goes on
 * with the client secret; with a `paymentMethodId` it is tried at once, and a decline throws `payment_declined` (402).
 * A card that is tried so counts as one that is paid with: after too many declines `too_many_declines` (429).
 */
export function createSetupIntent(dependencies: UseCaseDependencies): CustomerUseCases['createSetupIntent'] {
  const { repositories, cardAttempts } = dependencies;
  return async (input, context) => {
    const returnUrl = acceptReturnUrl(dependencies, input.returnUrl) ?? dependencies.returnUrl.default;
    const resumed = context.idempotency?.operationId;
    if (resumed) return made(dependencies, await resumeOperation(dependencies, resumed, WAIT_MS));
    const { userId } = requireActive(await repositories.customers.get(input.customerId));
    const who = { userId, paymentId: null, address: context.address ?? null };
    return cardAttempts.attempt(who, async () => {
      const operation = await run(dependencies, { ...input, returnUrl }, context);
      // No charge tells of it, as of a payment's.
      if (operation.refusal?.status === 402) {
        await cardAttempts.declined({ _id: operation.subject.id, userId }, operation._id);
      }
      return made(dependencies, operation);
    });
  };
}

async function made(dependencies: UseCaseDependencies, operation: OperationRow): Promise<SetupIntentRow> {
  if (operation.status !== 'succeeded') throw outcomeError(operation);
  const row = await dependencies.repositories.setupIntents.get(operation.subject.id);
  if (!row) throw notFound('setup_intent_not_found', 'There is no such setup intent.');
  const { paymentMethodId: saved } = row.stripe;
  // So that it is in the next list, however long its event takes.
  if (row.status === 'succeeded' && saved) {
    await refreshSaved(dependencies, row, { object: 'payment_method', id: saved });
  }
  return { ...row, clientSecret: await setupSecret(dependencies, row) };
}

type Input = CreateSetupIntentInput & { returnUrl: string };

async function run(
  dependencies: UseCaseDependencies,
  input: Input,
  context: CallContext,
): Promise<OperationRow> {
  const { repositories, clock } = dependencies;
  const token = randomUUID();
  const operation = await repositories.transaction(API_TRANSACTION, async (bound) => {
    const customer = requireActive(await bound.customers.get(input.customerId));
    requireStripe(dependencies);
    const now = clock.now();
    const setup = newSetup(customer, now);
    const opened = newOperation(operationOf(setup, input), { scope: customer, context, token, now });
    const rows = new WorkingSet();
    rows.apply(opening(setup, opened), { actor: context.actor, requestId: context.requestId }, now);
    const { idempotency } = context;
    if (idempotency) await bound.idempotencyKeys.link(idempotency.id, idempotency.token, opened._id);
    await bound.commit({ rows, mirror: [], now });
    return opened;
  });
  return executeOperation(dependencies, operation, token);
}

function newSetup(customer: ReturnType<typeof requireActive>, now: Date): SetupIntentRow {
  const { _id: customerId, userId, stripeAccountId, livemode, stripe } = customer;
  return {
    _id: newId('set'),
    ...{ stripeAccountId, livemode, version: 1, audit: null, createdAt: now, updatedAt: now },
    userId,
    customerId,
    status: 'creating',
    lastError: null,
    nextAction: null,
    stripe: { customerId: stripe.customerId, setupIntentId: null, paymentMethodId: null },
    clientSecret: null,
  };
}

function operationOf(setup: SetupIntentRow, { paymentMethodId, returnUrl }: Input): NewOperation {
  const confirmed = { payment_method: paymentMethodId, confirm: true, return_url: returnUrl };
  return {
    kind: 'setup_intent.create',
    subject: { collection: 'setupIntents', id: setup._id },
    path: '/v1/setup_intents',
    params: (operationId) => ({
      customer: setup.stripe.customerId,
      usage: 'off_session',
      automatic_payment_methods: { enabled: true },
      metadata: stripeMetadata({}, operationId),
      ...(paymentMethodId ? confirmed : {}),
    }),
  };
}

function opening(setup: SetupIntentRow, operation: OperationRow): Change[] {
  return [
    insert('setupIntents', setup),
    insert('operations', operation),
    {
      type: 'audit',
      collection: 'setupIntents',
      id: setup._id,
      action: 'setup_intent.create',
      before: {},
      after: { status: setup.status, customerId: setup.customerId },
    },
  ];
}
