import type { StripeObject } from '../../../../domain/stripe-answer.js';
import type { Adapter } from '../adapters/adapter.js';
import { changedFields } from './changed-fields.js';

/** What one API version changes for the events that are kept. */
export interface Rehearsal {
  version: string;
  /** The name of the adapter; null where nothing reads the version, and each event would be fetched. */
  adapter: string | null;
  /** Events whose bodies were looked at. */
  events: number;
  types: RehearsedType[];
  compared: Record<Comparison, number>;
  /** Where an event of that version, adapted, says something else than what was told at our own version. */
  differences: Difference[];
}

/**
 * Of an event in that version: it says the same; it differs; its object has moved on since, or was told by nothing but
 * events; the version does not tell all of it, so that it is fetched.
 */
export type Comparison = 'same' | 'different' | 'nothing_to_compare' | 'fetched';

export interface RehearsedType {
  type: string;
  events: number;
  /** Fields that at least one of the events has, and that the version tells elsewhere, otherwise or not at all. */
  fields: { field: string; now: string | null; events: number; read: boolean }[];
}

interface Difference {
  type: string;
  field: string;
  events: number;
  /** The id of one of them. */
  example: string;
}

/** Counts by type and field; names and ids only, since values may be personal. */
export class Tally {
  private readonly types = new Map<
    string,
    { events: number; read: Set<string>; fields: Map<string, Counted> }
  >();
  private readonly differences = new Map<string, Difference>();
  private readonly compared: Rehearsal['compared'] = {
    same: 0,
    different: 0,
    nothing_to_compare: 0,
    fetched: 0,
  };
  private events = 0;

  constructor(
    private readonly version: string,
    private readonly adapter: Adapter | null,
  ) {}

  event(type: string, object: StripeObject | null, read: ReadonlySet<string>): void {
    this.events += 1;
    const of = this.types.get(type) ?? { events: 0, read: new Set(), fields: new Map() };
    this.types.set(type, of);
    of.events += 1;
    for (const field of read) of.read.add(field);
    const changed = this.adapter && object ? changedFields(this.adapter, object) : [];
    for (const { field, now } of changed) {
      of.fields.set(field, { now, events: (of.fields.get(field)?.events ?? 0) + 1 });
    }
  }

  comparison(outcome: Comparison): void {
    this.compared[outcome] += 1;
  }

  difference(type: string, fields: readonly string[], example: string): void {
    this.comparison(fields.length === 0 ? 'same' : 'different');
    for (const field of fields) {
      const key = `${type} ${field}`;
      const known = this.differences.get(key) ?? { type, field, events: 0, example };
      this.differences.set(key, { ...known, events: known.events + 1 });
    }
  }

  result(): Rehearsal {
    const types = [...this.types].map(([type, { events, read, fields }]) => ({
      type,
      events,
      fields: [...fields].map(([field, counted]) => ({
        field,
        ...counted,
        read: read.has(field.split('.')[0] ?? field),
      })),
    }));
    const { version, events, compared } = this;
    return {
      ...{ version, adapter: this.adapter?.name ?? null, events },
      types: types.sort((a, b) => a.type.localeCompare(b.type)),
      compared,
      differences: [...this.differences.values()],
    };
  }
}

interface Counted {
  now: string | null;
  events: number;
}
