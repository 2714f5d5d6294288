import type { CustomerRow } from '../../domain/rows/customer.js';
import { type RetentionDependencies, redacted } from './end-bodies.js';

const CUSTOMERS = 20;
const LANES = 100;
const EVENTS = 100;
/** Stripe sends a failed webhook again for three days, and a gap may be filled later still. */
const AGAIN_MS = 86_400_000;

/**
 * Takes what is personal out of the stored events of customers that were deleted, of their payments too, now and once a
 * day until no later event can have a body. Events that are still to be decided are left for the next time. True when
 * there may be more.
 */
export async function eraseEvents(dependencies: RetentionDependencies): Promise<boolean> {
  const { customers } = dependencies.repositories;
  const due = await customers.erasuresDue(dependencies.clock.now(), CUSTOMERS);
  for (const customer of due) {
    await eraseEventsOf(dependencies, customer);
    const now = dependencies.clock.now();
    const next = new Date(now.getTime() + AGAIN_MS);
    const over = customer.erasureUntil === undefined || now > customer.erasureUntil;
    await customers.noteErasure(customer._id, over ? null : next);
  }
  return due.length === CUSTOMERS;
}

async function eraseEventsOf(dependencies: RetentionDependencies, customer: CustomerRow): Promise<void> {
  const { eventBodies, paymentMethods, setupIntents } = dependencies.repositories;
  const own = customer.stripe.customerId === null ? [] : [customer.stripe.customerId];
  const methods = await paymentMethods.stripeIdsOf(customer._id);
  let lanes = [...own, ...methods, ...(await setupIntents.stripeIdsOf(customer._id))];
  for await (const laneKeys of eventBodies.lanesOfCustomer({
    userId: customer.userId,
    customerId: customer._id,
  })) {
    lanes.push(...laneKeys);
    if (lanes.length < LANES) continue;
    await eraseLanes(dependencies, customer, lanes);
    lanes = [];
  }
  if (lanes.length > 0) await eraseLanes(dependencies, customer, lanes);
}

async function eraseLanes(
  { repositories: { eventBodies }, clock }: RetentionDependencies,
  customer: CustomerRow,
  lanes: readonly string[],
): Promise<void> {
  let rows: Awaited<ReturnType<typeof eventBodies.wholeOfLanes>>;
  do {
    rows = await eventBodies.wholeOfLanes(customer, lanes, EVENTS);
    await eventBodies.putRedacted(rows.map(redacted), { now: clock.now(), ended: false });
  } while (rows.length === EVENTS);
}
