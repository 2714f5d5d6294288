import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, resourceMissing } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { checkEmail } from '../validate/formats.js';
import { mergeMetadata } from '../validate/metadata.js';
import { addressOf, shippingOf } from './contact.js';
import { changed, orNull, refuseUnbuilt } from './parameters.js';
import { attach, detach, takePaymentMethod } from './payment-methods.js';

const UNBUILT = ['cash_balance', 'coupon', 'promotion_code', 'source', 'tax', 'tax_id_data', 'test_clock'];

function create({ tx, params }: Call<Stripe.CustomerCreateParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  checkEmail(params.email, 'email');
  const id = tx.nextId('cus');
  const settings = params.invoice_settings;
  const blank: Stripe.Customer = {
    ...skeleton<Stripe.Customer>('Customer'),
    id,
    balance: params.balance ?? 0,
    created: tx.now,
    currency: null,
    delinquent: false,
    discount: null,
    invoice_prefix: params.invoice_prefix ?? tx.surroundings.ids.secret(8).toUpperCase(),
    livemode: false,
    next_invoice_sequence: params.next_invoice_sequence ?? 1,
    preferred_locales: params.preferred_locales ?? [],
    tax_exempt: 'none',
    test_clock: null,
  };
  const customer = tx.put('customer', {
    ...blank,
    ...contact(blank, params),
    metadata: mergeMetadata(null, params.metadata),
    invoice_settings: invoiceSettings(undefined, settings),
  });
  emit(tx, 'customer.created', customer);
  if (params.payment_method !== undefined)
    attach(tx, takePaymentMethod(tx, params.payment_method, 'payment_method'), id);
  checkDefault(tx, id, settings?.default_payment_method);
  return customer;
}

type ContactParams = Pick<
  Stripe.CustomerUpdateParams,
  'address' | 'description' | 'email' | 'name' | 'phone' | 'shipping' | 'tax_exempt'
>;

function contact(current: Stripe.Customer, params: ContactParams): Partial<Stripe.Customer> {
  const { address, shipping } = params;
  return {
    address: address === undefined ? (current.address ?? null) : address ? addressOf(address) : null,
    description: changed(params.description, current.description),
    email: changed(params.email, current.email),
    name: changed(params.name, current.name ?? null),
    phone: changed(params.phone, current.phone ?? null),
    shipping: shipping === undefined ? current.shipping : shipping ? shippingOf(shipping) : null,
    tax_exempt: orNull(params.tax_exempt) ?? current.tax_exempt ?? 'none',
  };
}

function invoiceSettings(
  current: Stripe.Customer.InvoiceSettings | undefined,
  params: Stripe.CustomerCreateParams.InvoiceSettings = {},
): Stripe.Customer.InvoiceSettings {
  refuseUnbuilt(params, ['custom_fields', 'rendering_options']);
  const method = current?.default_payment_method ?? null;
  return {
    custom_fields: null,
    default_payment_method: changed(params.default_payment_method, method as string | null),
    footer: changed(params.footer, current?.footer ?? null),
    rendering_options: null,
  };
}

function checkDefault(tx: Transaction, customer: string, paymentMethod: string | undefined): void {
  if (!paymentMethod) return;
  if (tx.get('payment_method', paymentMethod)?.customer !== customer)
    throw invalidRequest(
      `The customer does not have a payment method with the ID ${paymentMethod}. The payment method must be attached to the customer.`,
      { code: 'resource_missing', param: 'invoice_settings[default_payment_method]' },
    );
}

function live(tx: Transaction, id: string): Stripe.Customer {
  const found = tx.find('customer', id);
  if (found.deleted) throw resourceMissing('customer', id);
  return found;
}

function update({ tx, params, ids }: Call<Stripe.CustomerUpdateParams>): ApiObject {
  refuseUnbuilt(params, [...UNBUILT, 'default_source']);
  checkEmail(params.email, 'email');
  const current = live(tx, ids[0] ?? '');
  checkDefault(tx, current.id, params.invoice_settings?.default_payment_method);
  const updated = tx.put('customer', {
    ...current,
    ...contact(current, params),
    balance: params.balance ?? current.balance,
    invoice_prefix: params.invoice_prefix ?? current.invoice_prefix,
    invoice_settings: invoiceSettings(current.invoice_settings, params.invoice_settings),
    metadata: mergeMetadata(current.metadata, params.metadata),
    next_invoice_sequence: params.next_invoice_sequence ?? current.next_invoice_sequence,
    preferred_locales: params.preferred_locales ?? current.preferred_locales,
  } as Stripe.Customer);
  emitUpdate(tx, 'customer.updated', { from: current, to: updated });
  return updated;
}

/** Its cards go with it; what it paid stays, and so does a stub under its id. */
function remove({ tx, ids }: Call<unknown>): ApiObject {
  const current = live(tx, ids[0] ?? '');
  const cards = [...tx.newest('payment_method', 'customer', current.id)].filter(
    (pm) => pm.customer === current.id,
  );
  for (const card of cards) detach(tx, card);
  tx.put('customer', { id: current.id, object: 'customer', deleted: true });
  emit(tx, 'customer.deleted', current);
  return tx.require('customer', current.id);
}

export const customers: Machine = {
  'POST /v1/customers': operation(create),
  'GET /v1/customers': operation<Stripe.CustomerListParams>(({ tx, params, path }) => {
    refuseUnbuilt(params, ['test_clock']);
    return list(tx, {
      kind: 'customer',
      url: path,
      params,
      by: { field: 'email', value: params.email },
      where: (customer) => !customer.deleted,
    });
  }),
  'GET /v1/customers/{customer}': ({ tx, ids }) => tx.find('customer', ids[0] ?? ''),
  'POST /v1/customers/{customer}': operation(update),
  'DELETE /v1/customers/{customer}': operation(remove),
};
