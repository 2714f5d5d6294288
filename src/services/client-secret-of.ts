import { isId } from '../utils/ids.js';
import { setupSecret } from './customers/setup-secret.js';
import type { UseCaseDependencies } from './dependencies.js';

/** The client secret that a stored answer leaves out: of a payment, or of a setup; null when there is none. */
export function clientSecretOf(dependencies: UseCaseDependencies) {
  const { payments, setupIntents } = dependencies.repositories;
  return async (id: string): Promise<string | null> => {
    if (!isId('set', id)) return payments.clientSecretOf(id);
    const setup = await setupIntents.get(id);
    return setup && setupSecret(dependencies, setup);
  };
}
