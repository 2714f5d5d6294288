import type { Document } from 'mongodb';
import { oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Store } from './stores.js';

/** Reads by id, as every collection needs them. */
export function byId<Row extends Document>(store: Store<Row>, scope: Scope) {
  return {
    get: (id: string): Promise<Row | null> =>
      store.model.findOne({ _id: id }, null, scope.options()).lean<Row>().exec(),
    getMany: (ids: readonly string[]): Promise<Row[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : store.model
            .find({ _id: oneOf(ids) }, null, scope.options())
            .lean<Row[]>()
            .exec(),
  };
}
