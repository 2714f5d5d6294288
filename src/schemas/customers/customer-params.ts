import { z } from 'zod';
import { pathIdOf, pathPaymentMethodId } from '../shared/ids.js';

const id = pathIdOf('cus', 'customer_not_found');

export const customerParams = z.strictObject({ id });

export type CustomerParams = z.infer<typeof customerParams>;

export const customerMethodParams = z.strictObject({
  id,
  paymentMethodId: pathPaymentMethodId('payment_method_not_found'),
});

export type CustomerMethodParams = z.infer<typeof customerMethodParams>;
