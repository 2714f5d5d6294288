import type Stripe from 'stripe';
import { at } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { changed } from '../payments/parameters.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import {
  alreadyExists,
  checkAtLeast,
  checkFuture,
  checkLength,
  missing,
  refuseBoth,
} from './catalogue-checks.js';
import { putCoupon, retirePromotionCodes } from './redemptions.js';

const NAME_LENGTH = 40;

function create({ tx, params }: Call<Stripe.CouponCreateParams>): ApiObject {
  check(tx, params);
  const id = params.id ?? tx.nextId('coupon').slice(-8);
  if (tx.get('coupon', id)) throw alreadyExists('Coupon');
  const currency = params.amount_off === undefined ? null : knownCurrency(params.currency ?? '');
  const coupon: Stripe.Coupon = {
    ...skeleton<Stripe.Coupon>('Coupon'),
    id,
    amount_off: params.amount_off ?? null,
    created: tx.now,
    currency,
    duration: params.duration ?? 'once',
    duration_in_months: params.duration_in_months ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata(null, params.metadata),
    name: params.name || null,
    percent_off: params.percent_off ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  };
  tx.put('coupon_terms', {
    id,
    products: params.applies_to?.products?.map(
      (product) => tx.find('product', product, 'applies_to[products]').id,
    ),
    currency_options: { ...ownOption(coupon), ...options(coupon, params.currency_options) },
  });
  tx.put('coupon', coupon);
  if (coupon.redeem_by !== null)
    at(tx, { name: 'expire_coupon', due: coupon.redeem_by * 1000, data: { coupon: id } });
  emit(tx, 'coupon.created', coupon);
  return coupon;
}

function check(tx: Transaction, params: Stripe.CouponCreateParams): void {
  const { amount_off, currency, duration, duration_in_months: months, percent_off } = params;
  refuseBoth(params, ['amount_off', 'percent_off']);
  if (amount_off === undefined && percent_off === undefined) throw missing('percent_off');
  if (amount_off !== undefined && currency === undefined) throw missing('currency');
  if (percent_off !== undefined && !(percent_off > 0 && percent_off <= 100))
    throw invalidRequest('Invalid percent_off: must be greater than 0 and at most 100.', {
      param: 'percent_off',
    });
  checkAtLeast(amount_off, 1, 'amount_off');
  if (duration === 'repeating' && months === undefined) throw missing('duration_in_months');
  if (duration !== 'repeating' && months !== undefined)
    throw invalidRequest('`duration_in_months` can be passed only when `duration` is `repeating`.', {
      param: 'duration_in_months',
    });
  checkAtLeast(months, 1, 'duration_in_months');
  checkAtLeast(params.max_redemptions, 1, 'max_redemptions');
  checkFuture(params.redeem_by, tx.now, 'redeem_by');
  checkLength(params.name, NAME_LENGTH, 'name');
}

function ownOption({ amount_off, currency }: Stripe.Coupon): Record<string, Stripe.Coupon.CurrencyOptions> {
  return amount_off === null || currency === null ? {} : { [currency]: { amount_off } };
}

function options(
  coupon: Stripe.Coupon,
  params: Record<string, Stripe.Coupon.CurrencyOptions> = {},
): Record<string, Stripe.Coupon.CurrencyOptions> {
  const given = Object.entries(params);
  if (given.length > 0 && coupon.amount_off === null)
    throw invalidRequest('`currency_options` can be passed only with `amount_off`.', {
      param: 'currency_options',
    });
  return Object.fromEntries(
    given.map(([code, { amount_off }]) => {
      checkAtLeast(amount_off, 1, `currency_options[${code}][amount_off]`);
      return [knownCurrency(code), { amount_off }];
    }),
  );
}

function update({ tx, params, ids }: Call<Stripe.CouponUpdateParams>): ApiObject {
  checkLength(params.name, NAME_LENGTH, 'name');
  const current = tx.find('coupon', ids[0] ?? '');
  const updated = putCoupon(tx, {
    ...current,
    metadata: mergeMetadata(current.metadata, params.metadata),
    name: changed(params.name, current.name),
  });
  const terms = tx.require('coupon_terms', current.id);
  tx.update('coupon_terms', terms, {
    currency_options: { ...terms.currency_options, ...options(current, params.currency_options) },
  });
  emitUpdate(tx, 'coupon.updated', { from: current, to: updated });
  return updated;
}

/** What was discounted with it keeps it; nothing can be from now on, also not with its promotion codes. */
function remove({ tx, ids }: Call<unknown>): ApiObject {
  const current = tx.find('coupon', ids[0] ?? '');
  retirePromotionCodes(tx, { ...current, valid: false });
  tx.remove('coupon', current.id);
  emit(tx, 'coupon.deleted', current);
  const stub: Stripe.DeletedCoupon = { id: current.id, object: 'coupon', deleted: true };
  return stub;
}

export const coupons: Machine = {
  'POST /v1/coupons': operation(create),
  'GET /v1/coupons': operation<Stripe.CouponListParams>(({ tx, params, path }) =>
    list(tx, { kind: 'coupon', url: path, params }),
  ),
  'GET /v1/coupons/{coupon}': ({ tx, ids }) => tx.find('coupon', ids[0] ?? ''),
  'POST /v1/coupons/{coupon}': operation(update),
  'DELETE /v1/coupons/{coupon}': operation(remove),
};
