import { toOrder } from '../controllers/orders/order.view.js';
import { toPayment } from '../controllers/payments/payment.view.js';
import { toRefund } from '../controllers/payments/refund.view.js';
import type { HostEventPayload, HostEventType } from '../domain/rows/outbox-message.js';
import type { Repositories } from '../repositories/repositories.js';
import type { OrderResponse } from '../schemas/orders/order-response.js';
import type { PaymentResponse } from '../schemas/payments/payment-response.js';
import type { RefundResponse } from '../schemas/payments/refund-payment.js';
import type { Sender } from '../services/outbox/send-message.js';
import { settlesWithin } from '../utils/settles-within.js';

interface Happened<Type extends HostEventType> {
  type: Type;
  /** When it happened; objects are as they are when the handler runs. */
  occurredAt: Date;
}

/** What each handler is given. */
export interface HostEvents {
  'order.paid': Happened<'order.paid'> & { order: OrderResponse; payment: PaymentResponse | null };
  'order.canceled': Happened<'order.canceled'> & { order: OrderResponse };
  'payment.succeeded': Happened<'payment.succeeded'> & { payment: PaymentResponse };
  'payment.failed': Happened<'payment.failed'> & {
    payment: PaymentResponse;
    /** Why this attempt failed: the payment may have succeeded since. */
    failure: { code: string | null; declineCode: string | null };
  };
  'refund.succeeded': Happened<'refund.succeeded'> & {
    refund: RefundResponse;
    payment: PaymentResponse | null;
  };
  'refund.failed': Happened<'refund.failed'> & { refund: RefundResponse; payment: PaymentResponse | null };
}

export interface Delivery {
  /** The same for every delivery of the same event: what was done once is not to be done again. */
  effectKey: string;
}

export type HostEventHandlers = {
  [Type in HostEventType]?: (event: HostEvents[Type], delivery: Delivery) => void | Promise<void>;
};

export interface HostEventDependencies {
  repositories: Pick<Repositories, 'orders' | 'payments' | 'refunds'>;
  handlers: HostEventHandlers;
}

/** One that never ends would hold up what waits behind it. */
const HANDLER_MS = 30_000;

/**
 * Hands an event to its handler. What nobody handles is done; what throws, or does not end in time, is handed over
 * again later, as any other message of the outbox.
 */
export function tellHost(dependencies: HostEventDependencies): Sender<'host_event'> {
  return async (payload, effectKey) => {
    const handle = dependencies.handlers[payload.type] as
      | ((event: object, delivery: Delivery) => unknown)
      | undefined;
    if (handle === undefined) return;
    const event = await eventOf(payload, dependencies.repositories);
    const ended = await settlesWithin(Promise.resolve(handle(event, { effectKey })), HANDLER_MS);
    if (!ended) throw new Error(`the handler of ${payload.type} did not end within ${HANDLER_MS / 1000} s`);
  };
}

type Rows = HostEventDependencies['repositories'];

async function eventOf(payload: HostEventPayload, rows: Rows): Promise<HostEvents[HostEventType]> {
  const { type, objectId, occurredAt } = payload;
  switch (type) {
    case 'order.paid': {
      const order = await orderOf(objectId, rows);
      return { type, occurredAt, order, payment: await paymentOf(order.paymentId, rows) };
    }
    case 'order.canceled':
      return { type, occurredAt, order: await orderOf(objectId, rows) };
    case 'payment.succeeded':
      return { type, occurredAt, payment: found(await paymentOf(objectId, rows), objectId) };
    case 'payment.failed': {
      const failure = payload.failure ?? { code: null, declineCode: null };
      return { type, occurredAt, payment: found(await paymentOf(objectId, rows), objectId), failure };
    }
    case 'refund.succeeded':
    case 'refund.failed': {
      const refund = toRefund(found(await rows.refunds.get(objectId), objectId));
      return { type, occurredAt, refund, payment: await paymentOf(refund.paymentId, rows) };
    }
  }
}

/** Without the link to its checkout page, with which anybody may pay. */
async function orderOf(id: string, { orders }: Rows): Promise<OrderResponse> {
  return toOrder(found(await orders.get(id), id), () => null);
}

async function paymentOf(id: string | null, { payments }: Rows): Promise<PaymentResponse | null> {
  const row = id === null ? null : await payments.get(id);
  return row && toPayment(row);
}

function found<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new Error(`${id} is not there any more`);
  return row;
}
