import { type IndexDefinition, type IndexOptions, Schema, type SchemaDefinition } from 'mongoose';

export type IndexSpec = [keys: IndexDefinition, options?: IndexOptions];

/**
 * The settings that every schema shares: unknown fields throw, indexes come from migrations alone, empty objects
 * are kept, and `_id` is ours.
 */
export function defineSchema<Row>(fields: SchemaDefinition<Row>, indexes: IndexSpec[]): Schema<Row> {
  const schema = new Schema<Row>(fields, {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    minimize: false,
    id: false,
  });
  for (const [keys, options] of indexes) schema.index(keys, options);
  return schema;
}

export const required = <T>(type: T) => ({ type, required: true }) as const;
/** Null is a value here: a missing field would match another query than a null one. */
export const nullable = <T>(type: T) => ({ type, default: null }) as const;

export const stripeScopeFields = { stripeAccountId: required(String), livemode: required(Boolean) };

export const leaseField = { type: { token: String, until: Date }, default: null, _id: false } as const;

export const versionedFields = {
  ...stripeScopeFields,
  version: required(Number),
  audit: { type: { sequence: Number, hash: String }, default: null, _id: false },
  createdAt: required(Date),
  updatedAt: required(Date),
};

/**
 * "Is a string", in the one form that the planner matches with an equality or an `$in`: it uses a partial index whose
 * filter says `$type: 'string'` for no query at all.
 */
export const isText = { $gt: '' };

/** Unique where the Stripe id exists, within its account and mode. */
export function uniqueStripeId(path: string): IndexSpec {
  return [
    { [path]: 1, stripeAccountId: 1, livemode: 1 },
    { unique: true, partialFilterExpression: { [path]: isText } },
  ];
}

/** The index of a queue: rows have `dueAt` only while work is due. */
export function dueIndex(...prefix: string[]): IndexSpec {
  const keys = Object.fromEntries([...prefix, 'dueAt'].map((key) => [key, 1 as const]));
  return [keys, { partialFilterExpression: { dueAt: { $exists: true } } }];
}
