import type { HeldVersion, SnapshotVersion } from '../../src/domain/freshness.js';

/** Seconds of a virtual clock. */
export function at(seconds: number): Date {
  return new Date(seconds * 1000);
}

export function held(fields: Partial<HeldVersion> = {}): HeldVersion {
  return {
    version: 7,
    asOf: at(100),
    spanMs: 0,
    rank: 1,
    watched: 'processing',
    deletedAt: null,
    objectCreated: at(10),
    ...fields,
  };
}

export function told(fields: Partial<SnapshotVersion> = {}): SnapshotVersion {
  return {
    source: 'event',
    asOf: at(100),
    spanMs: 0,
    rank: 1,
    watched: 'requires_action',
    versionAtStart: null,
    untrusted: null,
    deleted: false,
    objectCreated: at(10),
    ...fields,
  };
}

/** A fetch that began when the row had version 7, so that it is guarded unless a test says otherwise. */
export function read(fields: Partial<SnapshotVersion> = {}): SnapshotVersion {
  return told({ source: 'fetch', spanMs: 200, versionAtStart: 7, ...fields });
}
