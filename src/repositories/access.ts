import type { ApiKeyRow } from '../domain/rows/api-key.js';
import type { AuditRecordRow } from '../domain/rows/audit-record.js';
import { lessThan, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function apiKeysRepository(stores: Stores, scope: Scope) {
  const { model } = stores.apiKeys;
  return {
    byHash: (hash: string): Promise<ApiKeyRow | null> =>
      model.findOne({ hash }, null, scope.options()).lean<ApiKeyRow>().exec(),

    get: (id: string): Promise<ApiKeyRow | null> =>
      model.findOne({ _id: id }, null, scope.options()).lean<ApiKeyRow>().exec(),

    newest: ({ limit, before }: { limit: number; before: string | null }): Promise<ApiKeyRow[]> =>
      model
        .find(before === null ? {} : { _id: lessThan(before) }, null, {
          ...scope.options(),
          ...{ sort: { _id: -1 }, limit },
        })
        .lean<ApiKeyRow[]>()
        .exec(),

    /** Unless somebody else has noted one since `seen`. Leaves the version: it changes nothing that is decided on. */
    async noteUse(id: string, { seen, at }: { seen: Date | null; at: Date }): Promise<void> {
      await model.updateOne({ _id: id, lastUsedAt: seen }, { $set: { lastUsedAt: at } }).exec();
    },
  };
}

export function auditRecordsRepository(stores: Stores, scope: Scope) {
  return {
    /** Of several streams, each in its order. */
    ofStreams: (streams: readonly string[], limit: number): Promise<AuditRecordRow[]> =>
      stores.auditRecords.model
        .find({ stream: oneOf(streams) }, null, {
          ...scope.options(),
          sort: { stream: 1, sequence: 1 },
          limit,
        })
        .lean<AuditRecordRow[]>()
        .exec(),

    stream: (stream: string): Promise<AuditRecordRow[]> =>
      stores.auditRecords.model
        .find({ stream }, null, { ...scope.options(), sort: { sequence: 1 } })
        .lean<AuditRecordRow[]>()
        .exec(),
  };
}
