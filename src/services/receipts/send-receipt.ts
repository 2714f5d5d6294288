import type { PaymentRow } from '../../domain/rows/payment.js';
import type { Repositories } from '../../repositories/repositories.js';
import { mirrorId } from '../../repositories/stripe-objects.js';
import type { Sender } from '../outbox/send-message.js';
import { type Mailer, messageIdOf } from './mailer.js';
import { type ReceiptOrder, renderReceipt } from './render-receipt.js';

export interface ReceiptDependencies {
  repositories: Pick<Repositories, 'payments' | 'orders' | 'stripeObjects'>;
  mailer: Mailer;
  sender: { from: string; merchantName: string };
}

/** Renders the receipt from the rows as they are now and mails it. Its Message-ID is the effect's key. */
export function sendReceipt(dependencies: ReceiptDependencies): Sender<'receipt'> {
  const { repositories, mailer, sender } = dependencies;
  return async ({ paymentId }, effectKey) => {
    const payment = await repositories.payments.get(paymentId);
    if (!payment?.receiptEmail || !payment.succeededAt)
      throw new Error(`${paymentId} has no receipt to send`);
    const content = renderReceipt({
      order: await orderOf(dependencies, payment),
      payment: {
        id: payment._id,
        amount: payment.amountReceived,
        currency: payment.currency,
        paidAt: payment.succeededAt,
        ...(await cardOf(dependencies, payment)),
      },
      merchantName: sender.merchantName,
      recipient: payment.receiptEmail,
    });
    const messageId = messageIdOf(effectKey, sender.from);
    await mailer.send({ ...content, to: payment.receiptEmail, from: sender.from, messageId });
  };
}

async function orderOf(
  { repositories }: ReceiptDependencies,
  payment: PaymentRow,
): Promise<ReceiptOrder | null> {
  const order = payment.orderId ? await repositories.orders.get(payment.orderId) : null;
  if (!order) return null;
  const { _id: id, items, subtotal, discount, tax, total, currency, locale } = order;
  return { id, items, subtotal, discount, tax, total, currency, locale };
}

/** From the mirrored charge, if we were shown it by now. */
async function cardOf({ repositories }: ReceiptDependencies, payment: PaymentRow) {
  const chargeId = payment.stripe.latestChargeId;
  if (!chargeId) return {};
  const charge = await repositories.stripeObjects.get(mirrorId(payment, chargeId));
  const details = charge?.data.payment_method_details as
    | { card?: { brand?: string; last4?: string } }
    | undefined;
  return { cardBrand: details?.card?.brand ?? null, cardLast4: details?.card?.last4 ?? null };
}
