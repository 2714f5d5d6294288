import { type Environment, loadConfig } from '../config/env.js';
import { type Role, startService } from '../service.js';
import { untilSignal } from './until-signal.js';

/** Runs the service until it is told to stop. Nothing is embedded: what is missing is thrown as one list. */
export async function serve(environment: Environment, role: Role): Promise<void> {
  const config = loadConfig(environment, { command: 'serve' });
  const service = await startService(config, { role });
  const { logger } = service.container;
  const told = untilSignal();
  logger.info({ role, port: service.port }, 'Guichet is running');
  const signal = await told;
  logger.info({ signal }, 'Stopping: requests and batches under way end first');
  // What was cut must not keep the process: whoever sent the signal sends SIGKILL next.
  if (!(await service.stop())) process.exit();
}
