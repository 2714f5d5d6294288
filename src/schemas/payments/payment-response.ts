import { z } from 'zod';
import { paymentStatuses } from '../../domain/payment-state.js';
import { setupFutureUsages } from '../../domain/rows/payment.js';
import { idOf } from '../shared/ids.js';
import { metadataView } from '../shared/metadata.js';
import { timestamp } from '../shared/text.js';

export const paymentStatus = z.enum(paymentStatuses).meta({ id: 'PaymentStatus' });

export const captureMethod = z.enum(['automatic', 'manual']);

// Without names of their own: the generator loses `nullable` on a schema that has one.
export const paymentError = z.strictObject({
  type: z.string(),
  code: z.string().nullable(),
  declineCode: z.string().nullable(),
  message: z.string(),
});

const captureBefore = timestamp.nullable().meta({
  description: 'Capture by then, or the authorisation lapses. Null unless the status is requires_capture.',
});

export const nextAction = z.strictObject({ type: z.string(), redirectUrl: z.string().nullable() });

export const paymentResponse = z
  .strictObject({
    id: idOf('pay'),
    userId: z.string().nullable(),
    orderId: idOf('ord').nullable(),
    customerId: idOf('cus').nullable(),
    status: paymentStatus,
    currency: z.string(),
    amount: z.int(),
    amountCapturable: z.int(),
    amountReceived: z.int(),
    amountRefunded: z.int(),
    amountReleased: z.int().meta({ description: 'Of what was authorised, what was let go and never taken.' }),
    amountRefundable: z.int().meta({ description: 'What a refund may take now.' }),
    captureMethod,
    setupFutureUsage: z.enum(setupFutureUsages).nullable(),
    captureBefore,
    cancellationReason: z.string().nullable().meta({
      description: 'As it was given, or as Stripe says; `automatic` for an authorisation that lapsed.',
    }),
    description: z.string().nullable(),
    statementDescriptorSuffix: z.string().nullable(),
    receiptEmail: z.string().nullable(),
    metadata: metadataView,
    lastError: paymentError.nullable(),
    nextAction: nextAction.nullable(),
    stripe: z.strictObject({
      customerId: z.string().nullable(),
      paymentIntentId: z.string().nullable(),
      paymentMethodId: z.string().nullable(),
      latestChargeId: z.string().nullable(),
    }),
    flags: z.array(z.string()),
    succeededAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Payment' });

export type PaymentResponse = z.infer<typeof paymentResponse>;

export const paymentStatusResponse = z
  .strictObject({
    id: idOf('pay'),
    status: paymentStatus,
    amount: z.int(),
    currency: z.string(),
    amountCapturable: z.int(),
    amountReceived: z.int(),
    amountRefunded: z.int(),
    captureBefore,
    lastError: paymentError.nullable(),
    updatedAt: timestamp,
  })
  .meta({ id: 'PaymentState' });

export type PaymentStatusResponse = z.infer<typeof paymentStatusResponse>;
