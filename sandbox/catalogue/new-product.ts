import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { invalidRequest, resourceMissing } from '../http/stripe-error.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';
import { checkUrl } from '../validate/formats.js';
import { type MetadataParam, mergeMetadata } from '../validate/metadata.js';
import { alreadyExists, cannotBeEmpty } from './catalogue-checks.js';

/** All that a product can be made of; the `product_data` of a price and of Checkout is a part of it. */
export interface ProductParams {
  active?: boolean;
  description?: string;
  id?: string;
  images?: string[];
  marketing_features?: Stripe.ProductCreateParams.MarketingFeature[];
  metadata?: MetadataParam;
  name: string;
  package_dimensions?: Stripe.Product.PackageDimensions;
  shippable?: boolean;
  statement_descriptor?: string;
  tax_code?: string;
  type?: Stripe.Product.Type;
  unit_label?: string;
  url?: string;
}

const MOST_IMAGES = 8;
const MOST_FEATURES = 15;

/** Stores a product, and raises its event. */
export function newProduct(tx: Transaction, params: ProductParams): Stripe.Product {
  checkProduct(params);
  if (params.id !== undefined && tx.get('product', params.id)) throw alreadyExists('Product', 'id');
  const product = tx.put('product', {
    ...skeleton<Stripe.Product>('Product'),
    id: params.id ?? tx.nextId('prod'),
    active: params.active ?? true,
    created: tx.now,
    default_price: null,
    description: params.description || null,
    images: params.images ?? [],
    livemode: false,
    marketing_features: features(params.marketing_features),
    metadata: mergeMetadata(null, params.metadata),
    name: params.name,
    package_dimensions: params.package_dimensions ?? null,
    shippable: params.shippable ?? null,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: params.tax_code ?? null,
    type: params.type ?? 'service',
    unit_label: params.unit_label ?? null,
    updated: tx.now,
    url: params.url ?? null,
  });
  emit(tx, 'product.created', product);
  return product;
}

export function features(given: readonly { name: string }[] = []): Stripe.Product.MarketingFeature[] {
  return given.map(({ name }) => ({ name }));
}

/** What creating and updating check alike. An empty text unsets, but never the name. */
export function checkProduct(params: {
  images?: string[] | '' | null;
  marketing_features?: unknown[] | '' | null;
  name?: string;
  statement_descriptor?: string;
  tax_code?: string | null;
  url?: string | null;
}): void {
  if (params.name === '') throw cannotBeEmpty('name');
  if ((params.images?.length ?? 0) > MOST_IMAGES)
    throw invalidRequest(`You may pass up to ${MOST_IMAGES} images.`, { param: 'images' });
  if ((params.marketing_features?.length ?? 0) > MOST_FEATURES)
    throw invalidRequest(`You may pass up to ${MOST_FEATURES} marketing features.`, {
      param: 'marketing_features',
    });
  if (params.tax_code && !/^txcd_\d{8}$/.test(params.tax_code))
    throw resourceMissing('tax code', params.tax_code, 'tax_code');
  if (/[<>\\'"*]/.test(params.statement_descriptor ?? ''))
    throw invalidRequest(
      `The statement descriptor contains invalid characters. The following characters are not allowed: < > \\ ' " *`,
      { param: 'statement_descriptor' },
    );
  checkUrl(params.url, 'url');
}
