import type { EventRun } from '../../../domain/event-poll.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import { sendPatiently } from '../resilience.js';
import type { StripeGateway } from '../stripe-gateway.js';
import type { StripeEvent } from '../webhooks/ingest-event.js';

export interface ListDependencies {
  gateway: StripeGateway;
  platform: StripeScope;
  timing: { callTimeoutMs: number; budgetMs: number };
}

export interface EventPage {
  /** The newest first. */
  events: StripeEvent[];
  hasMore: boolean;
}

/** Stripe gave no list. `status`: null when it did not answer; `asked`: false when it was not even called. */
export class UnlistedEvents extends Error {
  override name = 'UnlistedEvents';
  constructor(
    message: string,
    readonly status: number | null,
    readonly asked: boolean,
  ) {
    super(message);
  }
}

const PAGE = 100;

/**
 * The next page of a run. All types: Stripe filters by twenty at most, and every event of an id that we lack matters.
 * Throws `UnlistedEvents`.
 */
export async function listEvents(
  { gateway, platform, timing }: ListDependencies,
  { stripeAccountId }: StripeScope,
  run: EventRun,
): Promise<EventPage> {
  const query = new URLSearchParams({
    limit: String(PAGE),
    'created[gte]': secondsOf(run.from),
    'created[lte]': secondsOf(run.to),
    ...(run.after === null ? {} : { starting_after: run.after }),
  });
  const account = stripeAccountId === platform.stripeAccountId ? {} : { account: stripeAccountId };
  const outcome = await sendPatiently(
    (limits) => gateway.send({ method: 'GET', path: `/v1/events?${query}`, ...account, ...limits }),
    { budgetMs: timing.budgetMs, timeoutMs: timing.callTimeoutMs },
  );
  const answer = outcome?.answer;
  if (answer?.type === 'object') {
    const { data, has_more: hasMore } = answer.object as unknown as {
      data: StripeEvent[];
      has_more: boolean;
    };
    return { events: data, hasMore };
  }
  if (answer?.type === 'error') {
    const { code, type } = answer.error;
    throw new UnlistedEvents(`Stripe answered ${answer.status} ${code ?? type}`, answer.status, true);
  }
  const unsent = answer === undefined || answer.unsent !== undefined;
  throw new UnlistedEvents('Stripe did not answer', null, !unsent);
}

function secondsOf(date: Date): string {
  return String(Math.floor(date.getTime() / 1000));
}
