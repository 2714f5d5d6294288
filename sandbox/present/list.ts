import { invalidRequest, resourceMissing } from '../http/stripe-error.js';
import type { ApiObject, Kind, Kinds } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

export interface ApiList extends ApiObject {
  object: 'list';
  data: ApiObject[];
  has_more: boolean;
  total_count?: number;
  url: string;
}

interface Range {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

interface ListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: Range | number;
}

const DEFAULT_LIMIT = 10;
const MAXIMUM_LIMIT = 100;

export interface ListRequest<K extends Kind> {
  kind: K;
  url: string;
  params: ListParams;
  /** A field that must equal a value; an index on it is used where there is one. */
  by?: { field: string; value: string | undefined };
  where?: (object: Kinds[K]) => boolean;
}

/** Newest first; `ending_before` gives the page just before the cursor, in the same order. */
export function list<K extends Kind>(tx: Transaction, request: ListRequest<K>): ApiList {
  const { kind, params, url } = request;
  const limit = limitOf(params);
  const cursor = params.starting_after ?? params.ending_before;
  if (cursor !== undefined && !tx.get(kind, cursor))
    throw resourceMissing(
      kind,
      cursor,
      params.starting_after === undefined ? 'ending_before' : 'starting_after',
    );
  const matches = matching(tx, request);
  const page =
    params.ending_before === undefined
      ? after(matches, params.starting_after, limit)
      : before(matches, cursor, limit);
  return { object: 'list', data: page.data as ApiObject[], has_more: page.more, url };
}

function* matching<K extends Kind>(tx: Transaction, request: ListRequest<K>): Generator<Kinds[K]> {
  const { by, kind, params, where } = request;
  const cursor = params.starting_after ?? params.ending_before;
  for (const object of tx.newest(kind, by?.value === undefined ? undefined : by.field, by?.value)) {
    // The cursor itself is let through even when it no longer matches, so that the page has its place.
    const isCursor = object.id === cursor;
    const fields = object as unknown as Record<string, unknown>;
    if (!isCursor && by?.value !== undefined && fields[by.field] !== by.value) continue;
    if (!isCursor && !inRange(fields.created as number, params.created)) continue;
    if (!isCursor && where && !where(object)) continue;
    yield object;
  }
}

interface Page {
  data: { id: string }[];
  more: boolean;
}

function after(objects: Generator<{ id: string }>, cursor: string | undefined, limit: number): Page {
  const data: { id: string }[] = [];
  let started = cursor === undefined;
  for (const object of objects) {
    if (!started) started = object.id === cursor;
    else if (data.length === limit) return { data, more: true };
    else data.push(object);
  }
  return { data, more: false };
}

function before(objects: Generator<{ id: string }>, cursor: string | undefined, limit: number): Page {
  const newer: { id: string }[] = [];
  for (const object of objects) {
    if (object.id === cursor) break;
    newer.push(object);
  }
  return { data: newer.slice(-limit), more: newer.length > limit };
}

function limitOf({ limit = DEFAULT_LIMIT }: ListParams): number {
  if (limit > MAXIMUM_LIMIT)
    throw invalidRequest(
      `This value must be less than or equal to ${MAXIMUM_LIMIT} (it currently is '${limit}').`,
      {
        code: 'parameter_invalid_integer',
        param: 'limit',
      },
    );
  if (limit < 1)
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'limit',
    });
  return limit;
}

function inRange(created: number, range: Range | number | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt = Number.NEGATIVE_INFINITY, gte = Number.NEGATIVE_INFINITY } = range;
  const { lt = Number.POSITIVE_INFINITY, lte = Number.POSITIVE_INFINITY } = range;
  return created > gt && created >= gte && created < lt && created <= lte;
}

/** A list inside an object has `total_count`; a list of its own does not. */
export function embeddedList(objects: ApiObject[], url: string): ApiList {
  return {
    object: 'list',
    data: objects.slice(0, DEFAULT_LIMIT),
    has_more: objects.length > DEFAULT_LIMIT,
    total_count: objects.length,
    url,
  };
}
