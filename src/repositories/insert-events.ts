import { type Collection, MongoBulkWriteError, MongoInvalidArgumentError } from 'mongodb';
import type { WebhookEventRow } from '../domain/rows/webhook-event.js';

export type InsertOutcome = 'stored' | 'duplicate';

const DUPLICATE_KEY = 11000;
const DUPLICATE_ID = /^E11000 duplicate key error collection: \S+ index: _id_ /;
/** A write that no majority has confirmed in this time is not acknowledged. */
const MAJORITY_TIMEOUT_MS = 5000;

/** A row is larger than MongoDB takes. Nothing was sent, of its group neither. */
export class RowTooLarge extends Error {
  override readonly name = 'RowTooLarge';
}

/**
 * Stores events with one command, confirmed by a majority, and tells of each whether it is new. Throws when it is not
 * certain that a majority holds all of them: then any may be stored or not, and each must be sent again. Throws
 * `RowTooLarge` before anything is sent.
 */
export async function insertEvents(
  collection: Collection<WebhookEventRow>,
  rows: readonly WebhookEventRow[],
): Promise<InsertOutcome[]> {
  try {
    await collection.insertMany(rows, {
      ordered: false,
      writeConcern: { w: 'majority', wtimeoutMS: MAJORITY_TIMEOUT_MS },
    });
    return rows.map(() => 'stored');
  } catch (error) {
    if (error instanceof MongoInvalidArgumentError) throw new RowTooLarge(error.message, { cause: error });
    const outcomes = outcomesOf(error, rows.length);
    if (outcomes === null) throw error;
    return outcomes;
  }
}

/**
 * What an error says of each row of a group; null when it leaves one in doubt (DESIGN rule 2). The driver reports a lost
 * connection, a primary that stepped down and an expired time as a bulk error without write errors, so that a row without
 * one is not a row that is stored: the numbers must add up.
 */
export function outcomesOf(error: unknown, size: number): InsertOutcome[] | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const { result, insertedCount } = error;
  const writeErrors = [error.writeErrors].flat();
  if (!result.isOk() || result.getWriteConcernError() !== undefined) return null;
  if (insertedCount + writeErrors.length !== size || !writeErrors.every(isDuplicateId)) return null;
  const outcomes: InsertOutcome[] = Array.from({ length: size }, () => 'stored');
  for (const { index } of writeErrors) outcomes[index] = 'duplicate';
  const duplicates = outcomes.filter((outcome) => outcome === 'duplicate');
  return outcomes.length === size && duplicates.length === writeErrors.length ? outcomes : null;
}

function isDuplicateId({ code, errmsg }: { code: number; errmsg?: string | undefined }): boolean {
  return code === DUPLICATE_KEY && DUPLICATE_ID.test(errmsg ?? '');
}
