import { type AlertDependencies, raiseAlert } from '../../alerts/raise-alert.js';

interface SkewDependencies extends AlertDependencies {
  logger: { warn(context: object, message: string): void };
}

/**
 * For each webhook with a right signature that is refused for its time: all others will be refused too. A person is told
 * once a day, whatever the number of events, endpoints and processes.
 */
export function alertOfClockSkew({ repositories, clock, logger }: SkewDependencies): () => void {
  let told: string | null = null;
  return () => {
    const day = clock.now().toISOString().slice(0, 10);
    if (told === day) return;
    told = day;
    raiseAlert({ repositories, clock }, { name: 'clock_skew', subjectId: `webhooks:${day}` }).catch(
      (err: unknown) => {
        told = null;
        logger.warn({ err }, 'The clock of this server is off, and the alert of it could not be stored');
      },
    );
  };
}
