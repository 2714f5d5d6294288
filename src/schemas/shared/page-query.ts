import { z } from 'zod';

/** The query members of every list: how many, and after which page. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, { error: 'expected a whole number from 1 to 100' })
    .optional()
    .meta({ description: '1 to 100; 20 when absent.' }),
  cursor: z.string().max(512).optional().meta({ description: 'The `nextCursor` of the page before.' }),
};
