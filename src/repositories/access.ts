import type { ApiKeyRow } from '../domain/rows/api-key.js';
import type { AuditRecordRow } from '../domain/rows/audit-record.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function apiKeysRepository(stores: Stores, scope: Scope) {
  const { model } = stores.apiKeys;
  return {
    byHash: (hash: string): Promise<ApiKeyRow | null> =>
      model.findOne({ hash }, null, scope.options()).lean<ApiKeyRow>().exec(),

    async insert(row: ApiKeyRow): Promise<void> {
      const { _id, ...rest } = row;
      await model.updateOne({ _id }, { $setOnInsert: rest }, { upsert: true }).exec();
    },
  };
}

export function auditRecordsRepository(stores: Stores, scope: Scope) {
  return {
    stream: (stream: string): Promise<AuditRecordRow[]> =>
      stores.auditRecords.model
        .find({ stream }, null, { ...scope.options(), sort: { sequence: 1 } })
        .lean<AuditRecordRow[]>()
        .exec(),
  };
}
