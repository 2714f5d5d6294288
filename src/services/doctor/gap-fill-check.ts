import type { Database } from '../../db/connect.js';
import type { SyncCursorRow } from '../../domain/rows/sync-cursor.js';
import { openStores } from '../../repositories/stores.js';
import { syncCursorsRepository } from '../../repositories/sync-cursors.js';
import type { Clock } from '../../utils/clock.js';
import { type Check, CheckFailure, type Finding, ok, warning } from './check.js';

const MAX_ACCOUNTS = 100;

/** Whether events that no webhook brought are looked for, and were found. */
export function gapFillCheck(
  connect: () => Promise<Database>,
  { intervalMs, clock }: { intervalMs: number; clock: Clock },
): Check {
  return {
    name: 'gap-fill',
    async run() {
      if (intervalMs === 0)
        return warning(
          'off: an event that no webhook brings is never applied',
          'set GAP_FILL_INTERVAL_SECONDS to 300',
        );
      const database = await connect().catch(() => {
        throw new CheckFailure('not checked: MongoDB cannot be reached', 'mend the check MongoDB first');
      });
      const cursors = syncCursorsRepository(openStores(database));
      const rows = await cursors.list('gap_fill', { after: null, limit: MAX_ACCOUNTS });
      return judge(rows, { lateAt: new Date(clock.now().getTime() - 2 * intervalMs) });
    },
  };
}

function judge(rows: readonly SyncCursorRow[], { lateAt }: { lateAt: Date }): Finding {
  if (rows.length === 0) return ok('has not run yet: it begins with the first worker');
  const failing = rows.find(({ error }) => error !== null);
  if (failing)
    return warning(
      `the events of ${failing.stripeAccountId} could not be listed: ${failing.error}`,
      'give the key the permission to read events; of an account that is disconnected, remove its row in sync_cursors',
    );
  const late = rows.find(({ dueAt }) => dueAt < lateAt);
  if (late)
    return warning(
      `due since ${late.dueAt.toISOString()} (${late.stripeAccountId}), and nobody does it`,
      'run a worker (guichet worker)',
    );
  const open = rows.find(({ gap }) => gap !== null);
  if (open?.gap) {
    const { missing, since } = open.gap;
    return warning(
      `${missing} event(s) since ${since.toISOString()} came by no webhook (${open.stripeAccountId}); they were fetched`,
      'see in the Stripe dashboard why deliveries fail; guichet webhooks sync mends the endpoint',
    );
  }
  return ok(`nothing is missing in ${rows.length} account(s)`);
}
