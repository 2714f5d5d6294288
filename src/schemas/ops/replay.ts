import { z } from 'zod';
import { line } from '../shared/text.js';
import { eventFilter, eventId, eventResponse, exampleEvent } from './events.js';

export const MAX_REPLAY = 500;
/** Each may cost a read of Stripe while somebody waits. */
export const MAX_PREVIEW = 50;
const DEFAULT_LIMIT = 50;

const CONDITIONS = ['ids', 'fingerprint', 'type', 'objectId', 'from', 'to'] as const;

export const replayBody = z
  .strictObject({
    ids: z.array(eventId).min(1).max(MAX_REPLAY).optional(),
    ...eventFilter,
    includeApplied: z
      .boolean()
      .default(false)
      .meta({ description: 'Events that were applied, too; those named in `ids` are replayed in any case.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Tells what would change, and writes nothing.' }),
    limit: z
      .int()
      .min(1)
      .max(MAX_REPLAY)
      .default(DEFAULT_LIMIT)
      .meta({ description: `At most so many, the oldest first; ${MAX_PREVIEW} at most in a dry run.` }),
    reason: line(200)
      .optional()
      .meta({ description: 'Why, for the audit trail; required unless it is a dry run.' }),
  })
  .refine((body) => CONDITIONS.some((name) => body[name] !== undefined), {
    path: ['ids'],
    params: { code: 'required' },
    error: `name what to replay, by at least one of ${CONDITIONS.join(', ')}`,
  })
  .refine(({ dryRun, reason }) => dryRun || reason !== undefined, {
    path: ['reason'],
    params: { code: 'required' },
    error: 'say why: it is kept in the audit trail',
  })
  .refine(({ dryRun, limit }) => !dryRun || limit <= MAX_PREVIEW, {
    path: ['limit'],
    params: { code: 'too_big' },
    error: `a dry run looks at no more than ${MAX_PREVIEW}`,
  })
  .meta({
    id: 'Replay',
    example: { fingerprint: '9f86d081884c7d65', reason: 'the charge family reads refunds again', limit: 100 },
  });
export type ReplayBody = z.infer<typeof replayBody>;

const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

const preview = z.strictObject({
  event: eventResponse,
  fetched: z.boolean().meta({ description: 'Whether Stripe was read, as the replay would.' }),
  decision: z.string().nullable(),
  reason: z.string().nullable(),
  changes: z.array(z.strictObject({ id: z.string(), field: z.string(), from: value, to: value })).meta({
    description:
      'Of our rows, by our ids, and of the copy of the object, by its id. Nothing personal is told.',
  }),
  effects: z
    .array(z.strictObject({ key: z.string(), kind: z.string(), madeBefore: z.boolean() }))
    .meta({ description: 'One that was made before is not made again.' }),
  error: z.string().nullable().meta({ description: 'Why it would fail again.' }),
});

export const replayResponse = z
  .strictObject({
    dryRun: z.boolean(),
    id: z.string().nullable().meta({ description: 'Of the audit record; null where nothing was set due.' }),
    setDue: z.int().meta({ description: 'How many were set due; a worker tries them at once.' }),
    more: z.boolean().meta({ description: 'Whether more match: send the request again.' }),
    previews: z
      .array(preview)
      .meta({ description: 'Of a dry run: each event by itself, against what is held now.' }),
  })
  .meta({
    id: 'ReplayOutcome',
    example: {
      dryRun: true,
      id: null,
      setDue: 0,
      more: false,
      previews: [
        {
          event: exampleEvent,
          fetched: true,
          decision: 'apply',
          reason: 'read_of_held_version',
          changes: [{ id: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F', field: 'amountRefunded', from: 0, to: 700 }],
          effects: [{ key: 'receipt:pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F:0', kind: 'receipt', madeBefore: true }],
          error: null,
        },
      ],
    },
  });
export type ReplayResponse = z.infer<typeof replayResponse>;
