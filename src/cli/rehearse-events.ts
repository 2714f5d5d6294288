import type { Environment } from '../config/env.js';
import { createRepositories } from '../repositories/repositories.js';
import type { Rehearsal, RehearsedType } from '../services/stripe/webhooks/rehearse/rehearsal.js';
import { rehearseVersion } from '../services/stripe/webhooks/rehearse/rehearse-version.js';
import { systemClock } from '../utils/clock.js';
import { withDatabase } from './with-database.js';

/** Reads stored events as if their endpoint had another API version; `same` is false when something would differ. */
export function rehearseEvents(
  environment: Environment,
  input: { version: string; limit: number },
): Promise<{ same: boolean; rehearsal: Rehearsal; lines: string[] }> {
  return withDatabase(environment, async (database) => {
    const repositories = createRepositories(database);
    const rehearsal = await rehearseVersion({ repositories, now: () => systemClock.now() }, input);
    const same = rehearsal.adapter !== null && rehearsal.differences.length === 0;
    return { same, rehearsal, lines: linesOf(rehearsal) };
  });
}

function linesOf({ version, adapter, events, types, compared, differences }: Rehearsal): string[] {
  if (adapter === null) return [`Nothing here reads ${version}: each event would cost a fetch.`];
  const inVersion = Object.values(compared).reduce((sum, count) => sum + count, 0);
  return [
    `${version} is read by the adapter ${adapter}. ${events} stored events were looked at, ${inVersion} of them in this version.`,
    '',
    ...types.flatMap(typeLines),
    ...(inVersion === 0
      ? ['None is stored in this version: nothing was compared. See docs/components/api-versions.md.']
      : [
          `Compared with what Stripe answered us: ${compared.same} the same, ${compared.different} different, ` +
            `${compared.nothing_to_compare} with nothing to compare, ${compared.fetched} fetched.`,
        ]),
    ...differences.map(({ type, field, events: count, example }) => {
      return `DIFFERENT  ${type}  ${field}  in ${count}, such as ${example}`;
    }),
  ];
}

function typeLines({ type, events, fields }: RehearsedType): string[] {
  if (fields.length === 0) return [`${type} (${events}): nothing changes`];
  return [
    `${type} (${events}):`,
    ...fields.map(({ field, now, events: count, read }) => {
      return `  ${field}, in ${count}${read ? ', read here' : ''}: ${now === null ? 'no event tells it' : now}`;
    }),
  ];
}
