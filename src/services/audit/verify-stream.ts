import { createHash } from 'node:crypto';
import { type ChainCheck, verifyChain } from '../../domain/audit-chain.js';
import { notFound } from '../../domain/errors.js';
import type { Repositories } from '../../repositories/repositories.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Finds the first record of an object's audit stream that was edited, deleted or moved. `id` is the object's id. */
export async function verifyStream(
  { auditRecords, orders, payments, refunds, customers, apiKeys, replays }: Repositories,
  id: string,
): Promise<ChainCheck & { records: number }> {
  const holder = { ord: orders, pay: payments, ref: refunds, cus: customers, key: apiKeys, rpl: replays }[
    id.split('_')[0] ?? ''
  ];
  const row = await holder?.get(id);
  if (!row)
    throw notFound('object_not_found', `There is no order, payment, refund, customer or API key ${id}.`);
  const records = await auditRecords.stream(id);
  const check = verifyChain(records, sha256, row.audit ?? undefined);
  return { ...check, records: records.length };
}
