import { z } from 'zod';
import { pathIdOf } from '../shared/ids.js';

export const checkoutParams = z.strictObject({ orderId: pathIdOf('ord', 'checkout_not_found') });

export type CheckoutParams = z.infer<typeof checkoutParams>;
