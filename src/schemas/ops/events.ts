import { z } from 'zod';
import { exampleTimes } from '../shared/examples.js';
import { pageQuery } from '../shared/page-query.js';
import { timestamp } from '../shared/text.js';

export const exampleEventId = 'evt_1QhVlq2eZvKYlo2CZ7nYb3Xk';
const exampleFingerprint = '9f86d081884c7d65';
const EVENT = /^evt_\w{1,250}$/;

/** A date is a whole day. */
const time = z.union([z.iso.date(), z.iso.datetime()], {
  error: 'expected a date (2025-01-15) or a time in UTC (2025-01-15T12:00:00Z)',
});

export const eventId = z
  .string()
  .regex(EVENT, { error: 'expected an event id of Stripe, which begins with evt_' })
  .meta({ example: exampleEventId });

/** Which events, as a list and a replay ask for them. */
export const eventFilter = {
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/, { error: 'expected a fingerprint of 16 hexadecimal digits' })
    .optional()
    .meta({ description: 'Of the error of dead letters.', example: exampleFingerprint }),
  type: z
    .string()
    .regex(/^[a-z0-9_.]{1,100}$/, { error: 'expected a type such as charge.refunded' })
    .optional()
    .meta({ example: 'charge.refunded' }),
  objectId: z
    .string()
    .regex(/^[\w-]{1,255}$/, { error: 'expected an id of Stripe' })
    .optional()
    .meta({ description: 'The object at Stripe that the event is about.', example: 'ch_3QhVlq2eZvKYlo2C1' }),
  from: time
    .optional()
    .meta({ description: 'Made by Stripe at this time or later. A date begins at 00:00 UTC.' }),
  to: time.optional().meta({ description: 'Made before this time; of a date, the whole day is included.' }),
};

export const inboxStatus = z.enum(['pending', 'applied', 'ignored', 'dead']);

export const listEventsQuery = z.strictObject({
  ...pageQuery,
  ...eventFilter,
  status: inboxStatus.optional(),
});
export type ListEventsQuery = z.infer<typeof listEventsQuery>;

export const eventParams = z.strictObject({
  id: z
    .string()
    .refine((value) => EVENT.test(value), {
      params: { code: 'event_not_found' },
      error: 'there is no such event',
    })
    .meta({ example: exampleEventId }),
});
export type EventParams = z.infer<typeof eventParams>;

export const exampleEvent = {
  id: exampleEventId,
  type: 'charge.refunded',
  objectId: 'ch_3QhVlq2eZvKYlo2C1',
  account: 'acct_1032D82eZvKYlo2C',
  livemode: false,
  apiVersion: '2024-12-18.acacia',
  origin: 'webhook',
  status: 'dead',
  decision: null,
  reason: null,
  attempts: 14,
  error: {
    fingerprint: exampleFingerprint,
    message: 'Could not read charge ch_3QhVlq2eZvKYlo2C1 from Stripe: 404',
  },
  createdAt: exampleTimes.created,
  receivedAt: exampleTimes.created,
  appliedAt: null,
  dueAt: null,
  bytes: 4210,
  bodyState: 'whole',
} as const;

const eventMembers = {
  id: z.string(),
  type: z.string(),
  objectId: z.string().nullable(),
  account: z.string(),
  livemode: z.boolean(),
  apiVersion: z.string().nullable(),
  origin: z
    .enum(['webhook', 'poll', 'replay'])
    .meta({ description: 'Of a replay the object is read from Stripe.' }),
  status: inboxStatus,
  decision: z
    .string()
    .nullable()
    .meta({ description: 'What was decided last: `apply`, `same`, `stale`, `fetched_…`.' }),
  reason: z.string().nullable(),
  attempts: z.int().meta({ description: 'How often it failed; a replay begins at 0 again.' }),
  error: z.strictObject({ fingerprint: z.string(), message: z.string() }).nullable(),
  createdAt: timestamp.meta({ description: 'When Stripe made it.' }),
  receivedAt: timestamp,
  appliedAt: timestamp.nullable(),
  dueAt: timestamp.nullable().meta({ description: 'When it is tried next; null when nothing is due.' }),
  bytes: z.int(),
  bodyState: z
    .enum(['whole', 'redacted', 'gone'])
    .meta({ description: '`redacted`: without what is personal. `gone`: its 35 days are over.' }),
};

export const eventResponse = z.strictObject(eventMembers).meta({ id: 'StoredEvent', example: exampleEvent });
export type EventResponse = z.infer<typeof eventResponse>;

export const eventDetailsResponse = z
  .strictObject({
    ...eventMembers,
    body: z
      .union([z.record(z.string(), z.unknown()), z.string()])
      .nullable()
      .meta({
        description: 'The event as Stripe sent it, without client secrets; a text where it is no JSON.',
      }),
  })
  .meta({
    id: 'StoredEventDetails',
    example: { ...exampleEvent, body: { id: exampleEventId, object: 'event', type: 'charge.refunded' } },
  });
export type EventDetailsResponse = z.infer<typeof eventDetailsResponse>;

export const eventListResponse = z
  .strictObject({ data: z.array(eventResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'StoredEventList', example: { data: [exampleEvent], nextCursor: null } });

export type EventListResponse = z.infer<typeof eventListResponse>;

export const deadLettersResponse = z
  .strictObject({
    data: z.array(
      z.strictObject({
        fingerprint: z.string(),
        count: z.int(),
        firstCreatedAt: timestamp,
        lastCreatedAt: timestamp,
        types: z.array(z.string()),
        example: z.strictObject({ id: z.string(), message: z.string() }),
      }),
    ),
  })
  .meta({
    id: 'DeadLetters',
    example: {
      data: [
        {
          fingerprint: exampleFingerprint,
          count: 12,
          firstCreatedAt: exampleTimes.created,
          lastCreatedAt: exampleTimes.refunded,
          types: ['charge.refunded'],
          example: { id: exampleEventId, message: exampleEvent.error.message },
        },
      ],
    },
  });
export type DeadLettersResponse = z.infer<typeof deadLettersResponse>;

const oldest = z.strictObject({
  id: z.string(),
  type: z.string(),
  receivedAt: timestamp,
  attempts: z.int(),
});

export const inboxResponse = z
  .strictObject({
    counts: z.strictObject({ pending: z.int(), applied: z.int(), ignored: z.int(), dead: z.int() }).meta({
      description: '`applied` is estimated: what is left of the number of all rows.',
    }),
    lagSeconds: z
      .number()
      .meta({ description: 'How long the oldest event that is due has been due; 0 when none is.' }),
    oldestDue: oldest.nullable(),
    waiting: z.strictObject({ count: z.int(), mostAttempts: z.int(), nextDueAt: timestamp.nullable() }).meta({
      description: 'Events that failed and wait for their next attempt; at most 10,000 are counted.',
    }),
  })
  .meta({
    id: 'Inbox',
    example: {
      counts: { pending: 3, applied: 10412, ignored: 17, dead: 12 },
      lagSeconds: 0.4,
      oldestDue: {
        id: exampleEventId,
        type: 'charge.refunded',
        receivedAt: exampleTimes.created,
        attempts: 0,
      },
      waiting: { count: 2, mostAttempts: 5, nextDueAt: exampleTimes.paid },
    },
  });
export type InboxResponse = z.infer<typeof inboxResponse>;
