import type Stripe from 'stripe';
import { changed, orNull } from './parameters.js';

type AddressParams = { [K in keyof Stripe.Address]?: string | null };

export interface BillingParams {
  address?: AddressParams | '' | null;
  email?: string | null;
  name?: string | null;
  phone?: string | null;
}

export interface ShippingParams {
  address?: AddressParams;
  carrier?: string;
  name?: string;
  phone?: string;
  tracking_number?: string;
}

export const NO_ADDRESS: Stripe.Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
};

export function addressOf(params: AddressParams): Stripe.Address {
  const address = { ...NO_ADDRESS };
  for (const key of Object.keys(NO_ADDRESS) as (keyof Stripe.Address)[]) address[key] = orNull(params[key]);
  return address;
}

export function billingDetails(
  current: Stripe.PaymentMethod.BillingDetails | undefined,
  params: BillingParams = {},
): Stripe.PaymentMethod.BillingDetails {
  const { address } = params;
  return {
    address: address === undefined ? (current?.address ?? NO_ADDRESS) : addressOf(orNull(address) ?? {}),
    email: changed(params.email, current?.email ?? null),
    name: changed(params.name, current?.name ?? null),
    phone: changed(params.phone, current?.phone ?? null),
  };
}

export function shippingOf(params: ShippingParams): Stripe.PaymentIntent.Shipping {
  return {
    address: addressOf(params.address ?? {}),
    ...(params.name !== undefined && { name: params.name }),
    carrier: orNull(params.carrier),
    phone: orNull(params.phone),
    tracking_number: orNull(params.tracking_number),
  };
}
