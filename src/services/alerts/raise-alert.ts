import type { Alert } from '../../domain/rows/outbox-message.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import { alertOf } from '../stripe/families/alert.js';

export interface AlertDependencies {
  repositories: Pick<Repositories, 'outbox'>;
  clock: Clock;
}

/** `once`: what it is told once for, where many subjects have one cause. */
interface RaisedAlert extends Alert {
  once?: string;
}

/**
 * Tells a person, for whoever is not in the middle of a commit (a decision adds `alertOf` to its changes instead). It is
 * a row of the outbox whose key is the alert's name and subject: raised again, or by another process, it is told once.
 */
export function raiseAlert(dependencies: AlertDependencies, alert: RaisedAlert): Promise<void> {
  return raiseAlerts(dependencies, [alert]);
}

/** Many at once: one read for those that were told before, one write for the others. */
export async function raiseAlerts(
  { repositories, clock }: AlertDependencies,
  alerts: readonly RaisedAlert[],
): Promise<void> {
  if (alerts.length === 0) return;
  const effects = alerts.map(({ name, subjectId, once }) => alertOf(name, subjectId, once));
  const known = new Set(await repositories.outbox.known(effects.map(({ id }) => id)));
  await repositories.outbox.add(
    effects.filter(({ id }) => !known.has(id)),
    clock.now(),
  );
}
