import { z } from 'zod';
import { paymentStatuses } from '../../domain/payment-state.js';
import { exampleIds, exampleTimes } from '../shared/examples.js';
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

const checkout = z
  .strictObject({ status: z.enum(['open', 'complete', 'expired']), expiresAt: timestamp })
  .meta({ description: 'The Checkout Session of a payment that is made on Stripe’s page.' });
const exampleState = {
  status: 'succeeded',
  currency: 'usd',
  amount: 2500,
  amountCapturable: 0,
  amountReceived: 2500,
  amountRefunded: 500,
  captureBefore: null,
  lastError: null,
};

export const examplePayment = {
  id: exampleIds.pay,
  userId: 'user_42',
  orderId: exampleIds.ord,
  customerId: exampleIds.cus,
  ...exampleState,
  amountReleased: 0,
  amountRefundable: 2000,
  captureMethod: 'automatic',
  cancellationReason: null,
  description: null,
  statementDescriptorSuffix: null,
  receiptEmail: 'ada@example.com',
  metadata: { campaign: 'spring' },
  nextAction: null,
  stripe: {
    customerId: 'cus_RaXmJ0example',
    paymentIntentId: 'pi_3QhT2eLkdIwHu7ix0000',
    paymentMethodId: 'pm_1QhT2eLkdIwHu7ix0000',
    latestChargeId: 'ch_3QhT2eLkdIwHu7ix0000',
    checkoutSessionId: null,
  },
  checkout: null,
  flags: [],
  succeededAt: exampleTimes.paid,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.refunded,
};

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
    checkout: checkout.nullable(),
    stripe: z.strictObject({
      customerId: z.string().nullable(),
      paymentIntentId: z.string().nullable(),
      paymentMethodId: z.string().nullable(),
      latestChargeId: z.string().nullable(),
      checkoutSessionId: z.string().nullable(),
    }),
    flags: z.array(z.string()),
    succeededAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({
    id: 'Payment',
    example: examplePayment,
  });

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
  .meta({
    id: 'PaymentState',
    example: { id: exampleIds.pay, ...exampleState, updatedAt: exampleTimes.refunded },
  });

export type PaymentStatusResponse = z.infer<typeof paymentStatusResponse>;
