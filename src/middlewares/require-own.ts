import { forbidden, notFound } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { type IdPrefix, idPrefixes, isId } from '../utils/ids.js';

/** Whose an object of ours is: a user's id, or null when it is nobody's or there is none. */
export type OwnerOf = (prefix: OwnedPrefix, id: string) => Promise<string | null>;

export type OwnedPrefix = 'ord' | 'pay' | 'ref' | 'cus';

/**
 * What a user is told of an object that is not theirs, by the prefix of its id. `not_for_users`: rows of the house,
 * which are 404 too. A new kind of row must say here which it is.
 */
const KINDS: Readonly<Record<IdPrefix, { owned: OwnedPrefix; name: string } | 'not_for_users'>> = {
  ord: { owned: 'ord', name: 'order' },
  pay: { owned: 'pay', name: 'payment' },
  ref: { owned: 'ref', name: 'refund' },
  cus: { owned: 'cus', name: 'customer' },
  cpn: 'not_for_users',
  prm: 'not_for_users',
  set: 'not_for_users',
  op: 'not_for_users',
  evt: 'not_for_users',
  key: 'not_for_users',
  rpl: 'not_for_users',
  req: 'not_for_users',
};

const ID_NAME = /^id$|Ids?$/;

/**
 * A user's request may name only what is theirs: somebody else's id is 404, exactly as one that names nothing.
 * Checked for every route here, on the validated input, so that none can forget to. A server's request names what it
 * likes. Throws `user_mismatch` (403) for another `userId` in a body or query.
 */
export async function requireOwn(
  input: { params: unknown; query: unknown; body: unknown },
  { userId }: Principal,
  ownerOf: OwnerOf,
): Promise<void> {
  if (userId === null) return;
  const inPath = namedIds(input.params);
  if (inPath.some(({ name, id }) => name === 'userId' && id !== userId)) {
    throw notFound('user_not_found', 'There is no such user.');
  }
  const named = [...inPath, ...namedIds(input.query), ...namedIds(input.body)];
  if (named.some(({ name, id }) => name === 'userId' && id !== userId)) {
    throw forbidden(
      'user_mismatch',
      'A user’s token may name no other user: send its own `sub` as the userId.',
    );
  }
  // One at a time: a request names two or three, and a read that finds nothing ends it.
  for (const { name, id } of named) if (name !== 'userId') await requireOwner(id, userId, ownerOf);
}

async function requireOwner(id: string, userId: string, ownerOf: OwnerOf): Promise<void> {
  const prefix = idPrefixes.find((each) => isId(each, id));
  if (prefix === undefined) return;
  const kind = KINDS[prefix];
  if (kind === 'not_for_users') throw notFound('not_found', 'There is no such object.');
  if ((await ownerOf(kind.owned, id)) !== userId) {
    throw notFound(`${kind.name}_not_found`, `There is no such ${kind.name}.`);
  }
}

/** Every text under a name like `id`, `paymentId` or `refundIds`, at any depth. A caller's own metadata is free. */
function namedIds(input: unknown, name = ''): { name: string; id: string }[] {
  if (typeof input === 'string') return ID_NAME.test(name) ? [{ name, id: input }] : [];
  if (typeof input !== 'object' || input === null || name === 'metadata') return [];
  if (Array.isArray(input)) return input.flatMap((item) => namedIds(item, name));
  return Object.entries(input).flatMap(([key, value]) => namedIds(value, key));
}
