import { randomUUID } from 'node:crypto';
import { type Cause, insert } from '../../domain/changes.js';
import { conflict } from '../../domain/errors.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import { newId } from '../../utils/ids.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation } from '../stripe/operations/execute-operation.js';
import { newOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { requireStripe } from '../stripe/require-stripe.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';
import { waitUntil } from '../wait-until.js';
import type { CreateCustomerInput, CustomerUseCases } from './customer-use-cases.js';
import { customerInProgress } from './require-customer.js';

type Opened = { operation: OperationRow } | { existing: CustomerRow };

/**
 * One customer a user, here and at Stripe, also under a race: a unique index lets one request open the operation, and
 * the others wait for it. Throws `customer_in_progress` (409, with Retry-After) when it takes longer than 5 s.
 */
export function createCustomer(dependencies: UseCaseDependencies): CustomerUseCases['createCustomer'] {
  const { repositories, platform } = dependencies;
  return async (input, context) => {
    const token = randomUUID();
    const opened = await open(dependencies, input, { context, token });
    if ('existing' in opened)
      return { customer: await settled(dependencies, opened.existing), created: false };
    const operation = await executeOperation(dependencies, opened.operation, token);
    if (operation.status !== 'succeeded') throw outcomeError(operation);
    const customer = await repositories.customers.ofUser(platform, input.userId);
    if (!customer)
      throw conflict('customer_deleted', 'The customer was deleted while it was being made. Try again.');
    return { customer, created: true };
  };
}

async function open(
  dependencies: UseCaseDependencies,
  input: CreateCustomerInput,
  { context, token }: { context: CallContext; token: string },
): Promise<Opened> {
  const { repositories, platform, clock } = dependencies;
  try {
    return await repositories.transaction(API_TRANSACTION, async (bound) => {
      const existing = await bound.customers.ofUser(platform, input.userId);
      if (existing) return { existing };
      requireStripe(dependencies);
      const now = clock.now();
      const customer = newCustomer(dependencies, input, now);
      const operation = newOperation(operationOf(customer), { scope: platform, context, token, now });
      const rows = new WorkingSet();
      const cause: Cause = { actor: context.actor, requestId: context.requestId };
      const audit = { type: 'audit' as const, collection: 'customers' as const, id: customer._id };
      const changes = [
        insert('customers', customer),
        insert('operations', operation),
        { ...audit, action: 'customer.create', before: {}, after: { status: customer.status } },
      ];
      rows.apply(changes, cause, now);
      await bound.commit({ rows, mirror: [], now });
      return { operation };
    });
  } catch (error) {
    const winner = isDuplicateKey(error) ? await repositories.customers.ofUser(platform, input.userId) : null;
    if (winner) return { existing: winner };
    throw error;
  }
}

function newCustomer({ platform }: UseCaseDependencies, input: CreateCustomerInput, now: Date): CustomerRow {
  return {
    _id: newId('cus'),
    stripeAccountId: platform.stripeAccountId,
    livemode: platform.livemode,
    version: 1,
    audit: null,
    createdAt: now,
    updatedAt: now,
    userId: input.userId,
    status: 'creating',
    email: input.email,
    name: input.name ?? null,
    metadata: input.metadata ?? {},
    defaultPaymentMethodId: null,
    stripe: { customerId: null },
    deleted: false,
  };
}

function operationOf(customer: CustomerRow) {
  const { email, name, metadata } = customer;
  return {
    kind: 'customer.create' as const,
    subject: { collection: 'customers' as const, id: customer._id },
    path: '/v1/customers',
    params: (operationId: string) => ({
      email,
      ...(name ? { name } : {}),
      metadata: stripeMetadata(metadata, operationId),
    }),
  };
}

async function settled({ repositories }: UseCaseDependencies, existing: CustomerRow): Promise<CustomerRow> {
  const customer = await waitUntil(
    async () => (await repositories.customers.get(existing._id)) ?? existing,
    (row) => row.status !== 'creating',
    WAIT_MS,
  );
  if (customer.status === 'active') return customer;
  throw customerInProgress();
}
