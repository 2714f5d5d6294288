import type { AuditHead } from './shared.js';

/** Which stored events are meant; every condition that is there must hold. */
export interface EventFilter {
  ids?: string[] | undefined;
  /** Of an error; it names dead letters alone. */
  fingerprint?: string | undefined;
  type?: string | undefined;
  /** Stripe's id of the object that an event is about. */
  objectId?: string | undefined;
  /** Made by Stripe at this time or later. */
  from?: Date | undefined;
  /** Made by Stripe before this time. */
  until?: Date | undefined;
}

/** That somebody had events tried again: who, which, why; its audit record says the same under the chain. */
export interface ReplayRow {
  _id: string;
  filter: EventFilter;
  reason: string;
  /** How many events it made due. */
  setDue: number;
  version: number;
  audit: AuditHead | null;
  createdAt: Date;
  updatedAt: Date;
}
