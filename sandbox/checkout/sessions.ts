import type Stripe from 'stripe';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { refuseUnbuilt } from '../payments/parameters.js';
import { list } from '../present/list.js';
import type { ApiObject } from '../store/kinds.js';
import { mergeMetadata } from '../validate/metadata.js';
import { expireSession } from './complete-session.js';
import { pageOfLines } from './line-items.js';
import { newSession } from './new-session.js';

function update({ tx, params, ids }: Call<Stripe.Checkout.SessionUpdateParams>): ApiObject {
  const current = tx.find('checkout.session', ids[0] ?? '');
  return tx.update('checkout.session', current, {
    metadata: mergeMetadata(current.metadata, params.metadata),
  });
}

function expire({ tx, ids }: Call<unknown>): ApiObject {
  const current = tx.find('checkout.session', ids[0] ?? '');
  if (current.status !== 'open')
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${current.status}\`.`,
    );
  return expireSession(tx, current);
}

function listSessions({ tx, params, path }: Call<Stripe.Checkout.SessionListParams>): ApiObject {
  refuseUnbuilt(params, ['payment_link', 'subscription']);
  const { customer, customer_details: details, payment_intent: intent, status } = params;
  const by =
    intent === undefined
      ? { field: 'customer', value: customer }
      : { field: 'payment_intent', value: intent };
  return list(tx, {
    kind: 'checkout.session',
    url: path,
    params,
    by,
    where: (session) =>
      session.status === (status ?? session.status) &&
      session.customer === (customer ?? session.customer) &&
      (details === undefined || session.customer_details?.email === details.email),
  });
}

export const checkoutSessions: Machine = {
  'POST /v1/checkout/sessions': operation<Stripe.Checkout.SessionCreateParams>(({ tx, params }) =>
    newSession(tx, params),
  ),
  'GET /v1/checkout/sessions': operation(listSessions),
  'GET /v1/checkout/sessions/{session}': ({ tx, ids }) => tx.find('checkout.session', ids[0] ?? ''),
  'POST /v1/checkout/sessions/{session}': operation(update),
  'POST /v1/checkout/sessions/{session}/expire': operation(expire),
  'GET /v1/checkout/sessions/{session}/line_items': operation<Stripe.PaginationParams>(
    ({ tx, params, ids, path }) => {
      const { id } = tx.find('checkout.session', ids[0] ?? '');
      return pageOfLines(tx.require('checkout_details', id).lines, params, path);
    },
  ),
};
