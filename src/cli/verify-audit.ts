import type { Environment } from '../config/env.js';
import { createRepositories } from '../repositories/repositories.js';
import { verifyStream } from '../services/audit/verify-stream.js';
import { withDatabase } from './with-database.js';

/** Checks the audit chain of one object; `intact` is false when a record was edited, deleted or moved. */
export function verifyAudit(
  environment: Environment,
  id: string,
): Promise<{ intact: boolean; line: string }> {
  return withDatabase(environment, async (database) => {
    const check = await verifyStream(createRepositories(database), id);
    if (check.ok) return { intact: true, line: `${id}: ${check.records} records, intact` };
    return {
      intact: false,
      line: `${id}: record ${check.sequence} is ${check.problem.replaceAll('_', ' ')}`,
    };
  });
}
