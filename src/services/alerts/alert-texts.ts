import type { AlertName } from '../../domain/rows/outbox-message.js';

interface AlertText {
  /** One sentence. */
  happened: string;
  /** A line of advice. */
  next: string;
}

/** What a person is told, by the name of the alert. A new name must have its text here. */
export const alertTexts: Readonly<Record<AlertName, AlertText>> = {
  authorization_lapsed: {
    happened: 'An authorisation lapsed before it was captured.',
    next: 'Nothing was taken. Do not deliver; ask the customer to pay again, with a new payment.',
  },
  capture_due_24h: {
    happened: 'An authorisation lapses within 24 hours.',
    next: 'Capture the payment if the goods go out, or cancel it, so that the customer has the amount back.',
  },
  capture_due_6h: {
    happened: 'An authorisation lapses within 6 hours.',
    next: 'Capture the payment now if the goods go out; afterwards only a new payment can take the money.',
  },
  clock_skew: {
    happened: 'Webhooks that Stripe signed are refused for their time: the clock of this server is off.',
    next: 'Synchronise the clock (NTP); guichet doctor tells how far it is off. Stripe sends the events again for three days. If the clock is right, a proxy holds requests back, or somebody sends old ones again.',
  },
  event_dead: {
    happened: 'A webhook event could not be applied and is a dead letter.',
    next:
      'Others of that day that failed for the same reason raise no alert of their own: see GET /api/ops/dead-letters. ' +
      'Mend the cause and replay them (guichet events replay --fingerprint …; first with --dry-run).',
  },
  events_missing: {
    happened: 'Stripe made several events that no webhook brought here; this is the first of them.',
    next: 'They were fetched and are applied. See in the Stripe dashboard why deliveries fail, and run: guichet doctor',
  },
  message_dead: {
    happened: 'A message could not be sent and is given up.',
    next: 'Correct the address or the mail server (its lastError says which), then make the row pending again.',
  },
  operation_abandoned: {
    happened: 'A write to Stripe was never carried out and is given up.',
    next: 'What it reserved is free again. Ask for the same once more if it is still wanted.',
  },
  operation_revived: {
    happened: 'A write to Stripe that was given up was carried out after all.',
    next: 'Check that it was not asked for a second time meanwhile; if it was, undo one of the two.',
  },
  order_amount_mismatch: {
    happened: 'A payment came in whose amount or currency is not that of its order.',
    next: 'The order is not paid. Ask the customer for the rest with a new order, or refund the payment.',
  },
  order_paid_late: {
    happened: 'A payment came in for an order that was canceled before.',
    next: 'Refund the payment, or deliver all the same and note it.',
  },
  order_paid_twice: {
    happened: 'A second payment came in for an order that was paid already.',
    next: 'Refund one of the two payments.',
  },
  refund_failed: {
    happened: 'A refund failed.',
    next: 'The money is back on your balance. Pay the customer in another way, and tell them.',
  },
};
