import { z } from 'zod';
import { cancelReasons } from '../../domain/rows/payment.js';

export const cancelBody = z.strictObject({ reason: z.enum(cancelReasons).optional() }).meta({ id: 'Cancel' });

export type CancelBody = z.infer<typeof cancelBody>;
