import { z } from 'zod';
import { cancelReasons } from '../../domain/rows/payment.js';

export const cancelBody = z
  .strictObject({ reason: z.enum(cancelReasons).optional() })
  .meta({ id: 'Cancel', example: { reason: 'requested_by_customer' } });

export type CancelBody = z.infer<typeof cancelBody>;
