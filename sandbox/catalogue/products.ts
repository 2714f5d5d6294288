import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { changed } from '../payments/parameters.js';
import { list } from '../present/list.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { newPrice, type PriceParams } from './new-price.js';
import { checkProduct, features, newProduct, type ProductParams } from './new-product.js';

function create({ tx, params }: Call<Stripe.ProductCreateParams>): ApiObject {
  const product = newProduct(tx, params as ProductParams);
  if (params.default_price_data === undefined) return product;
  const price = newPrice(tx, product.id, params.default_price_data as PriceParams);
  const priced = tx.update('product', product, { default_price: price.id });
  emitUpdate(tx, 'product.updated', { from: product, to: priced });
  return priced;
}

function update({ tx, params, ids }: Call<Stripe.ProductUpdateParams>): ApiObject {
  const current = tx.find('product', ids[0] ?? '');
  checkProduct(params);
  const { images, marketing_features, package_dimensions } = params;
  const next: Stripe.Product = {
    ...current,
    active: params.active ?? current.active,
    default_price: defaultPrice(tx, current, params.default_price),
    description: changed(params.description, current.description),
    images: images === undefined ? current.images : images || [],
    marketing_features:
      marketing_features === undefined ? current.marketing_features : features(marketing_features || []),
    metadata: mergeMetadata(current.metadata, params.metadata),
    name: params.name ?? current.name,
    package_dimensions: changed(package_dimensions, current.package_dimensions),
    shippable: params.shippable ?? current.shippable,
    statement_descriptor: changed(params.statement_descriptor, current.statement_descriptor ?? null),
    tax_code: changed(params.tax_code, current.tax_code as string | null),
    unit_label: changed(params.unit_label, current.unit_label ?? null),
    url: changed(params.url, current.url),
  };
  if (JSON.stringify(next) === JSON.stringify(current)) return current;
  const updated = tx.put('product', { ...next, updated: tx.now });
  emitUpdate(tx, 'product.updated', { from: current, to: updated });
  return updated;
}

function defaultPrice(tx: Transaction, product: Stripe.Product, given: string | undefined): string | null {
  if (!given) return changed(given, (product.default_price ?? null) as string | null);
  const price = tx.find('price', given, 'default_price');
  if (price.product !== product.id)
    throw invalidRequest(
      `The price \`${price.id}\` cannot be set as the default price because it does not belong to the product \`${product.id}\`.`,
      { param: 'default_price' },
    );
  if (!price.active)
    throw invalidRequest(
      `The price \`${price.id}\` cannot be set as the default price because it is inactive.`,
      { param: 'default_price' },
    );
  return price.id;
}

function remove({ tx, ids }: Call<unknown>): ApiObject {
  const current = tx.find('product', ids[0] ?? '');
  for (const price of tx.newest('price', 'product', current.id))
    if (price.product === current.id)
      throw invalidRequest('This product cannot be deleted because it has one or more user-created prices.');
  tx.remove('product', current.id);
  emit(tx, 'product.deleted', current);
  const stub: Stripe.DeletedProduct = { id: current.id, object: 'product', deleted: true };
  return stub;
}

function listProducts({ tx, params, path }: Call<Stripe.ProductListParams>): ApiObject {
  const { active, ids, shippable, type, url } = params;
  const cursor = (['starting_after', 'ending_before'] as const).find((name) => params[name] !== undefined);
  if (ids !== undefined && cursor !== undefined)
    throw invalidRequest(`You may only specify one of these parameters: ids, ${cursor}.`, {
      code: 'parameters_exclusive',
      param: 'ids',
    });
  return list(tx, {
    kind: 'product',
    url: path,
    params,
    where: (product) =>
      product.active === (active ?? product.active) &&
      product.type === (type ?? product.type) &&
      product.url === (url ?? product.url) &&
      (product.shippable ?? false) === (shippable ?? product.shippable ?? false) &&
      (ids?.includes(product.id) ?? true),
  });
}

export const products: Machine = {
  'POST /v1/products': operation(create),
  'GET /v1/products': operation(listProducts),
  'GET /v1/products/{id}': ({ tx, ids }) => tx.find('product', ids[0] ?? ''),
  'POST /v1/products/{id}': operation(update),
  'DELETE /v1/products/{id}': operation(remove),
};
