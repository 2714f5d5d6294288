import type Stripe from 'stripe';
import { contract } from '../contract/contract.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { changed } from '../payments/parameters.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';

const MOST_ENDPOINTS = 16;

interface NewEndpoint {
  url: string;
  enabledEvents: string[];
  apiVersion: string | null;
}

/** A new endpoint with a secret of its own. */
export function addEndpoint(
  tx: Transaction,
  endpoint: NewEndpoint,
  { connect, builtIn }: { connect: boolean; builtIn: boolean },
): Stripe.WebhookEndpoint {
  const id = tx.nextId('we');
  tx.put('endpoint_secret', { id, secret: `whsec_${tx.surroundings.ids.secret(32)}`, connect, builtIn });
  return putEndpoint(tx, id, endpoint);
}

export function putEndpoint(tx: Transaction, id: string, endpoint: NewEndpoint): Stripe.WebhookEndpoint {
  return tx.put('webhook_endpoint', {
    ...skeleton<Stripe.WebhookEndpoint>('WebhookEndpoint'),
    id,
    api_version: endpoint.apiVersion,
    created: tx.now,
    enabled_events: endpoint.enabledEvents,
    livemode: false,
    status: 'enabled',
    url: endpoint.url,
  });
}

function checkUrl(url: string): void {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw invalidRequest('Invalid URL: An explicit scheme (such as https) must be provided.', {
      code: 'url_invalid',
      param: 'url',
    });
}

function create({ tx, params }: Call<Stripe.WebhookEndpointCreateParams>): ApiObject {
  checkUrl(params.url);
  if ([...tx.newest('webhook_endpoint')].length >= MOST_ENDPOINTS)
    throw invalidRequest(`You have reached the maximum of ${MOST_ENDPOINTS} test webhook endpoints.`);
  if (params.api_version !== undefined && params.api_version !== contract.apiVersion)
    throw invalidRequest(
      `The sandbox renders events at ${contract.apiVersion} only; it cannot serve an endpoint at ${params.api_version}.`,
      { param: 'api_version', code: 'sandbox_not_implemented' },
    );
  const made = addEndpoint(
    tx,
    { url: params.url, enabledEvents: params.enabled_events, apiVersion: params.api_version ?? null },
    { connect: params.connect ?? false, builtIn: false },
  );
  const endpoint = tx.update('webhook_endpoint', made, {
    description: changed(params.description, null),
    metadata: mergeMetadata(null, params.metadata),
  });
  // Only this answer shows the secret.
  const shown: Stripe.WebhookEndpoint = {
    ...endpoint,
    secret: tx.require('endpoint_secret', endpoint.id).secret,
  };
  return shown;
}

function update({ tx, params, ids }: Call<Stripe.WebhookEndpointUpdateParams>): ApiObject {
  const current = tx.find('webhook_endpoint', ids[0] ?? '');
  if (params.url !== undefined) checkUrl(params.url);
  return tx.update('webhook_endpoint', current, {
    description: changed(params.description, current.description),
    enabled_events: params.enabled_events ?? current.enabled_events,
    metadata: mergeMetadata(current.metadata, params.metadata),
    status: params.disabled === undefined ? current.status : params.disabled ? 'disabled' : 'enabled',
    url: params.url ?? current.url,
  });
}

function remove({ tx, ids }: Call<unknown>): ApiObject {
  const { id } = tx.find('webhook_endpoint', ids[0] ?? '');
  tx.remove('webhook_endpoint', id);
  // The built-in endpoint comes back with the secret that it had.
  if (!tx.require('endpoint_secret', id).builtIn) tx.remove('endpoint_secret', id);
  return { id, object: 'webhook_endpoint', deleted: true } as Stripe.DeletedWebhookEndpoint;
}

export const webhookEndpoints: Machine = {
  'POST /v1/webhook_endpoints': operation(create),
  'GET /v1/webhook_endpoints': operation<Stripe.WebhookEndpointListParams>(({ tx, params, path }) =>
    list(tx, { kind: 'webhook_endpoint', url: path, params }),
  ),
  'GET /v1/webhook_endpoints/{webhook_endpoint}': ({ tx, ids }) => tx.find('webhook_endpoint', ids[0] ?? ''),
  'POST /v1/webhook_endpoints/{webhook_endpoint}': operation(update),
  'DELETE /v1/webhook_endpoints/{webhook_endpoint}': operation(remove),
};
