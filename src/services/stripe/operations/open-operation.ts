import type { OperationKind, OperationRow, SubjectRef } from '../../../domain/rows/operation.js';
import type { Metadata, StripeScope } from '../../../domain/rows/shared.js';
import { LEASE_MS } from '../../../repositories/lease.js';
import { newId } from '../../../utils/ids.js';
import { API_VERSION } from '../../../utils/stripe/api-version.js';
import type { CallContext } from '../../use-cases.js';

/** How the keys begin that Guichet sends to Stripe, and by which it knows its own requests. */
export const KEY_PREFIX = 'guichet:';

export interface NewOperation {
  kind: OperationKind;
  subject: SubjectRef;
  /** POST when absent. */
  method?: OperationRow['method'];
  path: string;
  /** What is sent; `operationId` goes into the metadata of what is made. */
  params(operationId: string): Record<string, unknown>;
  exclusiveKey?: string;
  before?: OperationRow['before'];
}

/**
 * The row that must be saved before Stripe is called. Whoever opens it holds its lease (`lease.token`) and sends it;
 * if that process dies, the row is due when the lease ends.
 */
export function newOperation(
  { kind, subject, method = 'POST', path, params, exclusiveKey, before = null }: NewOperation,
  { scope, context, token, now }: { scope: StripeScope; context: CallContext; token: string; now: Date },
): OperationRow {
  const _id = newId('op');
  const until = new Date(now.getTime() + LEASE_MS);
  return {
    _id,
    stripeAccountId: scope.stripeAccountId,
    livemode: scope.livemode,
    kind,
    subject,
    ...(exclusiveKey ? { exclusiveKey } : {}),
    laneKey: subject.id,
    apiVersion: API_VERSION,
    method,
    path,
    params: JSON.stringify(params(_id)),
    stripeKey: `${KEY_PREFIX}${kind}:${_id}:1`,
    attempt: 1,
    status: 'open',
    version: 1,
    open: true,
    firstSentAt: now,
    unanswered: false,
    before,
    resultId: null,
    refusal: null,
    lease: { token, until },
    dueAt: until,
    requestId: context.requestId,
    actor: context.actor,
    createdAt: now,
    updatedAt: now,
    settledAt: null,
  };
}

/** Metadata of what Guichet makes at Stripe: the caller's, and the operation by which it is found again. */
export function stripeMetadata(metadata: Metadata, operationId: string): Metadata {
  return { ...metadata, guichet_operation: operationId };
}
