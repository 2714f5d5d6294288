import { z } from 'zod';

export const livenessResponse = z
  .strictObject({ status: z.literal('ok') })
  .meta({ id: 'Liveness', example: { status: 'ok' } });

export const readinessResponse = z
  .strictObject({
    status: z.enum(['ok', 'unavailable']),
    checks: z.record(z.string(), z.strictObject({ ok: z.boolean(), detail: z.string().optional() })),
  })
  .meta({ id: 'Readiness', example: { status: 'ok', checks: { mongodb: { ok: true } } } });

export type ReadinessResponse = z.infer<typeof readinessResponse>;
