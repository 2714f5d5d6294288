import type { Stack } from './stack.js';

/** Lets every lease on operations and Idempotency-Keys end now, as it does 10 s after its holder died. */
export async function expireLeases({ rows }: Pick<Stack, 'rows'>): Promise<void> {
  const past = new Date(Date.now() - 1000);
  const held = { lease: { $type: 'object' } };
  const byId = { hint: '_id_' };
  await rows('idempotency_keys').updateMany(held, { $set: { 'lease.until': past } }, byId);
  await rows('operations').updateMany(held, { $set: { 'lease.until': past, dueAt: past } }, byId);
}
