import type { Cause } from '../../../domain/changes.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { StripeAnswer, StripeObject } from '../../../domain/stripe-answer.js';
import type { Repositories } from '../../../repositories/repositories.js';
import { mirrorId } from '../../../repositories/stripe-objects.js';
import { familyOfObject } from '../families/registry.js';
import { sendPatiently } from '../resilience.js';
import type { StripeGateway } from '../stripe-gateway.js';
import { type Snapshot, splitExpanded } from './snapshot.js';

export interface ReadDependencies {
  gateway: StripeGateway;
  repositories: Pick<Repositories, 'stripeObjects'>;
  platformAccountId: string;
  timing: { callTimeoutMs: number; budgetMs: number };
}

export interface ObjectRef extends StripeScope {
  object: string;
  id: string;
  /** Further objects that the answer will hold, whose rows must not move meanwhile. */
  related?: readonly string[];
}

/** Stripe could not be asked, or gave no object. `answer` is null when there was no time to ask. */
export class UnreadableObject extends Error {
  override name = 'UnreadableObject';
  constructor(
    readonly ref: ObjectRef,
    readonly answer: StripeAnswer | null,
  ) {
    const why =
      answer?.type === 'error' ? `${answer.status} ${answer.error.code ?? ''}` : (answer?.type ?? 'no time');
    super(`Could not read ${ref.object} ${ref.id} from Stripe: ${why}`);
  }
}

/** The versions of the mirror rows when a call begins: what it reads is newer than them, and than nothing else. */
export async function versionsOf(
  repositories: ReadDependencies['repositories'],
  scope: StripeScope,
  ids: readonly (string | null | undefined)[],
): Promise<Map<string, number>> {
  const known = ids.filter((id) => typeof id === 'string');
  const rows = await repositories.stripeObjects.getMany(known.map((id) => mirrorId(scope, id)));
  return new Map(rows.map((row) => [row.stripeId, row.version]));
}

/** Reads one object, with what its family expands, as snapshots. Throws `UnreadableObject`. */
export async function readObject(
  dependencies: ReadDependencies,
  ref: ObjectRef,
  cause: Cause,
): Promise<Snapshot[]> {
  const path = familyOfObject(ref.object)?.retrievePath(ref.id);
  if (!path) throw new Error(`No family reads a ${ref.object}`);
  const object = await dependencies.repositories.stripeObjects.get(mirrorId(ref, ref.id));
  const inner = [object?.data.latest_charge, ...(ref.related ?? [])].filter((id) => typeof id === 'string');
  const versions = await versionsOf(dependencies.repositories, ref, [ref.id, ...inner]);
  const answer = await get(dependencies, path, ref);
  if (answer?.type !== 'object') throw new UnreadableObject(ref, answer);
  return snapshotsOfAnswer(answer, { scope: ref, source: 'fetch', versions, cause, first: false });
}

async function get(
  { gateway, platformAccountId, timing }: ReadDependencies,
  path: string,
  { stripeAccountId }: StripeScope,
): Promise<StripeAnswer | null> {
  const account = stripeAccountId === platformAccountId ? {} : { account: stripeAccountId };
  const outcome = await sendPatiently(
    (timeoutMs) => gateway.send({ method: 'GET', path, ...account, timeoutMs }),
    {
      budgetMs: timing.budgetMs,
      timeoutMs: timing.callTimeoutMs,
    },
  );
  return outcome?.answer ?? null;
}

/** The snapshots that an answer holds: its object, or the PaymentIntent inside an error. */
export function snapshotsOfAnswer(
  answer: Extract<StripeAnswer, { type: 'object' | 'error' }>,
  about: {
    scope: StripeScope;
    source: 'answer' | 'fetch' | 'list';
    versions: ReadonlyMap<string, number>;
    cause: Cause;
    first: boolean;
  },
): Snapshot[] {
  const object: StripeObject | undefined =
    answer.type === 'object' ? answer.object : answer.error.payment_intent;
  if (!object) return [];
  const { scope, source, versions, cause, first } = about;
  return splitExpanded(
    object,
    {
      stripeAccountId: scope.stripeAccountId,
      livemode: scope.livemode,
      source,
      asOf: answer.date,
      spanMs: answer.spanMs,
      first,
      deleted: object.deleted === true,
      untrusted: answer.replayed ? 'replayed_answer' : null,
      requestKey: null,
      eventType: null,
      cause,
    },
    versions,
  );
}
