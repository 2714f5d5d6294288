import type { ReplayRow } from '../domain/rows/replay.js';
import { byId } from './by-id.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function replaysRepository(stores: Stores, scope: Scope) {
  return byId<ReplayRow>(stores.replays, scope);
}
