import type Stripe from 'stripe';
import type { JobHandler } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Machine, operation } from '../http/router.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';

/** The issuer suspects fraud, before any dispute. */
export const warnOfFraud: JobHandler = (tx, { charge: id = '' }) => {
  const charge = tx.require('charge', id);
  const warning = tx.put('early_fraud_warning', {
    ...skeleton<Stripe.Radar.EarlyFraudWarning>('Radar.EarlyFraudWarning'),
    id: tx.nextId('issfr'),
    actionable: !charge.refunded && !charge.disputed,
    charge: charge.id,
    created: tx.now,
    fraud_type: 'made_with_stolen_card',
    livemode: false,
    payment_intent: charge.payment_intent as string,
  });
  emit(tx, 'radar.early_fraud_warning.created', warning);
};

/** Once a charge is refunded or disputed, a warning about it asks for nothing any more. */
export function answerWarnings(tx: Transaction, charge: Stripe.Charge): void {
  for (const warning of [...tx.newest('early_fraud_warning', 'charge', charge.id)]) {
    if (warning.charge !== charge.id || !warning.actionable) continue;
    const answered = tx.update('early_fraud_warning', warning, { actionable: false });
    emitUpdate(tx, 'radar.early_fraud_warning.updated', { from: warning, to: answered });
  }
}

export const earlyFraudWarnings: Machine = {
  'GET /v1/radar/early_fraud_warnings': operation<Stripe.Radar.EarlyFraudWarningListParams>(
    ({ tx, params, path }) =>
      list(tx, {
        kind: 'early_fraud_warning',
        url: path,
        params,
        by: { field: 'charge', value: params.charge },
        where: ({ payment_intent: intent }) => (params.payment_intent ?? intent) === intent,
      }),
  ),
  'GET /v1/radar/early_fraud_warnings/{early_fraud_warning}': ({ tx, ids }) =>
    tx.find('early_fraud_warning', ids[0] ?? ''),
};
