import { z } from 'zod';
import { pathIdOf } from '../shared/ids.js';

export const orderParams = z.strictObject({ id: pathIdOf('ord', 'order_not_found') });

export type OrderParams = z.infer<typeof orderParams>;
