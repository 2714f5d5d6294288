import { z } from 'zod';

/** RFC 9457. Further members (`operationId`, `paymentId`) may be there. */
export const problemResponse = z
  .looseObject({
    type: z.string().meta({ example: 'urn:guichet:problem:validation_failed' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What to do next, for a person.' }),
    code: z.string().meta({ description: 'For machines; stable.' }),
    requestId: z.string(),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string(), code: z.string() }))
      .optional()
      .meta({ description: 'The fields that were refused; `path` as in `items.0.quantity`.' }),
    stripe: z
      .strictObject({
        type: z.string().nullable(),
        code: z.string().nullable(),
        declineCode: z.string().nullable(),
      })
      .optional()
      .meta({ description: "Stripe's own words." }),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemResponse>;
