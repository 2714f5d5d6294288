import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { pageQuery } from '../shared/page-query.js';
import { timestamp } from '../shared/text.js';

export const paymentTimelineQuery = z.strictObject(pageQuery);

export type PaymentTimelineQuery = z.infer<typeof paymentTimelineQuery>;

const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

const fieldChange = z.strictObject({ id: z.string(), field: z.string(), from: value, to: value });

const timelineEntry = z.strictObject({
  id: z.string(),
  at: timestamp,
  kind: z.enum(['operation', 'snapshot', 'change']).meta({
    description:
      '`operation`: a write that was asked of Stripe, or how it ended. `snapshot`: what Stripe said, and what was ' +
      'decided on it. `change`: a record of the audit trail.',
  }),
  objectId: z.string().meta({ description: 'Our id, or Stripe’s, of what it is about.' }),
  text: z.string().meta({ description: 'The same in words.' }),
  decision: z
    .string()
    .nullable()
    .meta({ description: 'Of a snapshot: `apply`, `same`, `stale`, `fetch`, …' }),
  reason: z.string().nullable(),
  changes: z.array(fieldChange),
});

export const paymentTimelineResponse = z
  .strictObject({
    data: z.array(timelineEntry),
    nextCursor: z.string().nullable(),
    complete: z.boolean().meta({ description: 'False when more is kept than is told.' }),
  })
  .meta({
    id: 'PaymentTimeline',
    example: {
      data: [
        {
          id: 'pi_3QhT2eLkdIwHu7ix0000',
          at: exampleTimes.paid,
          kind: 'snapshot',
          objectId: 'pi_3QhT2eLkdIwHu7ix0000',
          text: 'An event told of a payment_intent that is succeeded: applied.',
          decision: 'apply',
          reason: 'higher_rank',
          changes: [
            { id: exampleIds.pay, field: 'status', from: 'requires_payment_method', to: 'succeeded' },
          ],
        },
      ],
      nextCursor: null,
      complete: true,
    },
  });

export type PaymentTimelineResponse = z.infer<typeof paymentTimelineResponse>;
