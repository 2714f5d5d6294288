import type { Change, CollectionName, RowOf } from './changes.js';
import type { FieldChange, NotedValue } from './rows/snapshot-note.js';
import type { WorkingSet } from './working-set.js';

/** What may be told of a row: no personal data, no text of a customer, nothing that opens anything. */
const TOLD: ReadonlySet<string> = new Set([
  ...['status', 'live', 'flags', 'amountAuthorized', 'amountCapturable', 'amountReceived'],
  ...['amountRefunded', 'amountReserved', 'captureBefore', 'cancellationReason', 'failureReason'],
  ...['paymentId', 'paidAt', 'succeededAt', 'lastError.code', 'lastError.declineCode', 'nextAction.type'],
  ...['stripe.paymentIntentId', 'stripe.paymentMethodId', 'stripe.latestChargeId', 'stripe.refundId'],
]);
const NESTED: ReadonlySet<string> = new Set(['stripe', 'lastError', 'nextAction']);

/** The fields that changes are about to change in rows as they are now; operations tell of themselves. */
export function fieldChanges(changes: readonly Change[], rows: WorkingSet): FieldChange[] {
  return changes.flatMap((change) => {
    if (change.type !== 'move' || change.collection === 'operations') return [];
    return rowDifferences(change.id, rowOf(rows, change.collection, change.id), change.set);
  });
}

function rowOf(rows: WorkingSet, collection: CollectionName, id: string): Partial<RowOf[CollectionName]> {
  return rows.get(collection, id) ?? {};
}

/** What may be told of the fields of one row that differ; `set` holds new values. */
export function rowDifferences(id: string, before: object, set: object): FieldChange[] {
  const [from, to] = [told(before, set), told(set, set)];
  const fields = new Set([...to.keys(), ...[...from.keys()].filter((field) => isNestedIn(field, set))]);
  return [...fields].flatMap((field) => {
    const change = { id, field, from: from.get(field) ?? null, to: to.get(field) ?? null };
    return change.from === change.to ? [] : [change];
  });
}

/** A move replaces a nested object whole: what the new one lacks is gone. */
function isNestedIn(field: string, set: object): boolean {
  const [outer = '', inner] = field.split('.');
  return inner !== undefined && outer in set;
}

/** What may be told of the fields of a row that `set` is about to change. */
function told(row: object, set: object): Map<string, NotedValue> {
  const fields = new Map<string, NotedValue>();
  const tell = (field: string, value: unknown) => {
    if (TOLD.has(field)) fields.set(field, noted(value));
  };
  for (const [field, value] of Object.entries(row) as [string, unknown][]) {
    if (!(field in set)) continue;
    if (!NESTED.has(field)) tell(field, value);
    else for (const [inner, of] of Object.entries((value ?? {}) as object)) tell(`${field}.${inner}`, of);
  }
  return fields;
}

function noted(value: unknown): NotedValue {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.join(', ');
  const primitive = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return primitive ? value : null;
}
