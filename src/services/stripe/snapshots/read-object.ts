import type { Cause } from '../../../domain/changes.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { StripeAnswer, StripeObject } from '../../../domain/stripe-answer.js';
import type { Repositories } from '../../../repositories/repositories.js';
import { mirrorId, mirrorKey } from '../../../repositories/stripe-objects.js';
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
  /** What is known of it, where the mirror may not hold it yet. */
  told?: StripeObject;
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

/** The versions of the mirror rows when a call begins, by Stripe's ids: what it reads is newer than them, and than nothing else. */
export async function versionsOf(
  repositories: ReadDependencies['repositories'],
  scope: StripeScope,
  keys: readonly (string | null | undefined)[],
): Promise<Map<string, number>> {
  const known = keys.filter((key) => typeof key === 'string');
  const rows = await repositories.stripeObjects.getMany(known.map((key) => mirrorId(scope, key)));
  return new Map(rows.map((row) => [row.stripeId, row.version]));
}

/** Reads one object, with what its family expands, as snapshots. Throws `UnreadableObject`. */
export async function readObject(
  dependencies: ReadDependencies,
  ref: ObjectRef,
  cause: Cause,
): Promise<Snapshot[]> {
  const family = familyOfObject(ref.object);
  if (!family) throw new Error(`No family reads a ${ref.object}`);
  const held = await dependencies.repositories.stripeObjects.get(mirrorId(ref, mirrorKey(ref)));
  const path = family.retrievePath(ref.id, ref.told ?? held?.data);
  if (!path) throw new Error(`${ref.object} ${ref.id} is read under its parent, which is not known`);
  const { latest_charge: charge, payment_intent: intent } = held?.data ?? {};
  const inner = [charge, intent, ...(ref.related ?? [])].filter((id) => typeof id === 'string');
  const versions = await versionsOf(dependencies.repositories, ref, [mirrorKey(ref), ...inner]);
  const answer = await readPath(dependencies, path, ref);
  return snapshotsOfAnswer(answer, { scope: ref, source: 'fetch', versions, cause, first: false });
}

/** One GET, within the time budget. Throws `UnreadableObject` unless Stripe gave an object, or a list of them. */
export async function readPath(
  { gateway, platformAccountId, timing }: ReadDependencies,
  path: string,
  ref: ObjectRef,
): Promise<Extract<StripeAnswer, { type: 'object' }>> {
  const { stripeAccountId } = ref;
  const account = stripeAccountId === platformAccountId ? {} : { account: stripeAccountId };
  const outcome = await sendPatiently(
    (limits) => gateway.send({ method: 'GET', path, ...account, ...limits }),
    {
      budgetMs: timing.budgetMs,
      timeoutMs: timing.callTimeoutMs,
    },
  );
  const answer = outcome?.answer ?? null;
  if (answer?.type !== 'object') throw new UnreadableObject(ref, answer);
  return answer;
}

/** The snapshots that an answer holds: its object, or the intent inside an error. */
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
    answer.type === 'object' ? answer.object : (answer.error.payment_intent ?? answer.error.setup_intent);
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
