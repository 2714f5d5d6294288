import { notFound } from '../../domain/errors.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import type { EventUseCases } from './event-use-cases.js';

type Reading = Pick<EventUseCases, 'listEvents' | 'getEvent' | 'readInbox' | 'listDeadLetters'>;

/** What operators look at; nothing here changes anything. */
export function readEvents({ repositories, clock }: { repositories: Repositories; clock: Clock }): Reading {
  const { storedEvents, inboxState, webhookEvents } = repositories;
  return {
    async listEvents({ status, limit, ...filter }) {
      const implied = filter.fingerprint === undefined ? null : (['dead'] as const);
      const statuses = status ? [status] : implied;
      const found = await storedEvents.list({ ...filter, statuses, order: 'newest', limit: limit + 1 });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      return { rows, next: found.length > limit && last ? { created: last.created, id: last._id } : null };
    },
    async getEvent(id) {
      const row = await webhookEvents.get(id);
      if (!row)
        throw notFound('event_not_found', 'There is no such event. List them with GET /api/ops/events.');
      return row;
    },
    async readInbox() {
      const now = clock.now();
      return { ...(await inboxState.read(now)), now };
    },
    listDeadLetters: () => inboxState.deadLetterGroups(),
  };
}
