import { z } from 'zod';
import { exampleTimes } from '../shared/examples.js';
import { pageQuery } from '../shared/page-query.js';
import { timestamp } from '../shared/text.js';

export const listGapFillQuery = z.strictObject(pageQuery);
export type ListGapFillQuery = z.infer<typeof listGapFillQuery>;

const count = z.int().min(0);

const gap = z
  .strictObject({
    firstEventId: z.string().meta({ description: 'The oldest event that no webhook brought.' }),
    since: timestamp,
    until: timestamp,
    missing: count,
  })
  .meta({ id: 'EventGap' });

const gapFillResponse = z
  .strictObject({
    stripeAccountId: z.string(),
    livemode: z.boolean(),
    checkedFrom: timestamp.nullable().meta({ description: 'Begin of the latest complete comparison.' }),
    checkedTo: timestamp
      .nullable()
      .meta({ description: 'Every event that Stripe made before it is in the inbox.' }),
    finishedAt: timestamp.nullable(),
    seen: count.meta({ description: 'Events that we read, in the latest comparison.' }),
    missing: count.meta({ description: 'Those of them that were not in the inbox. Now they are.' }),
    missingTotal: count.meta({ description: 'Of all comparisons.' }),
    lastMissingAt: timestamp.nullable(),
    gap: gap.nullable().meta({
      description: 'Events that no webhook brought; null when webhooks were seen to work since.',
    }),
    running: z
      .strictObject({ from: timestamp, to: timestamp, seen: count, missing: count })
      .nullable()
      .meta({ description: 'A comparison that has not ended; it goes on where it stopped.' }),
    error: z.string().nullable().meta({ description: 'Why the latest comparison failed.' }),
    nextAt: timestamp,
  })
  .meta({ id: 'GapFill' });
export type GapFillResponse = z.infer<typeof gapFillResponse>;

export const gapFillListResponse = z
  .strictObject({ data: z.array(gapFillResponse), nextCursor: z.string().nullable() })
  .meta({
    id: 'GapFillList',
    example: {
      data: [
        {
          stripeAccountId: 'acct_1032D82eZvKYlo2C',
          livemode: false,
          checkedFrom: exampleTimes.created,
          checkedTo: exampleTimes.paid,
          finishedAt: exampleTimes.paid,
          seen: 42,
          missing: 1,
          missingTotal: 1,
          lastMissingAt: exampleTimes.paid,
          gap: {
            firstEventId: 'evt_1QhXK22eZvKYlo2CAbCdEfGh',
            since: exampleTimes.created,
            until: exampleTimes.created,
            missing: 1,
          },
          running: null,
          error: null,
          nextAt: exampleTimes.expires,
        },
      ],
      nextCursor: null,
    },
  });
