import type Stripe from 'stripe';
import { at } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { liveCustomer } from '../payments/live-customer.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { checkAtLeast, checkFuture, missing } from './catalogue-checks.js';
import { redeemable } from './redemptions.js';

const CODE_LENGTH = 8;

function create({ tx, params }: Call<Stripe.PromotionCodeCreateParams>): ApiObject {
  const coupon = tx.find('coupon', params.coupon, 'coupon');
  check(tx, params, coupon);
  if (params.customer !== undefined) liveCustomer(tx, params.customer);
  const id = tx.nextId('promo');
  const customer = params.customer ?? null;
  const code = params.code ?? tx.surroundings.ids.secret(CODE_LENGTH).toUpperCase();
  const active = params.active ?? true;
  if (active) checkUnique(tx, { code, customer });
  const { restrictions = {} } = params;
  const currency = restrictions.minimum_amount_currency;
  const made: Stripe.PromotionCode = {
    ...skeleton<Stripe.PromotionCode>('PromotionCode'),
    id,
    active,
    code,
    coupon,
    created: tx.now,
    customer,
    expires_at: params.expires_at ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata(null, params.metadata),
    restrictions: {
      first_time_transaction: restrictions.first_time_transaction ?? false,
      minimum_amount: restrictions.minimum_amount ?? null,
      minimum_amount_currency: currency === undefined ? null : knownCurrency(currency),
    },
    times_redeemed: 0,
  };
  tx.put('promotion_code_terms', {
    id,
    currency_options: { ...ownMinimum(made), ...minimums(made, restrictions.currency_options) },
  });
  tx.put('promotion_code', made);
  if (made.expires_at !== null)
    at(tx, { name: 'expire_promotion_code', due: made.expires_at * 1000, data: { promotion_code: id } });
  emit(tx, 'promotion_code.created', made);
  return made;
}

function check(tx: Transaction, params: Stripe.PromotionCodeCreateParams, coupon: Stripe.Coupon): void {
  const { code, expires_at, max_redemptions, restrictions = {} } = params;
  if (code !== undefined && !/^[A-Za-z0-9]+$/.test(code))
    throw invalidRequest('Invalid code: it may contain only letters (a-z, A-Z) and digits (0-9).', {
      param: 'code',
    });
  if (!coupon.valid)
    throw invalidRequest(`The coupon \`${coupon.id}\` is not valid any more.`, { param: 'coupon' });
  checkAtLeast(max_redemptions, 1, 'max_redemptions');
  checkFuture(expires_at, tx.now, 'expires_at');
  if (coupon.redeem_by !== null && expires_at !== undefined && expires_at > coupon.redeem_by)
    throw invalidRequest("Invalid expires_at: it must not be later than the coupon's `redeem_by`.", {
      param: 'expires_at',
    });
  if (coupon.max_redemptions !== null && (max_redemptions ?? 0) > coupon.max_redemptions)
    throw invalidRequest("Invalid max_redemptions: it must not be greater than the coupon's.", {
      param: 'max_redemptions',
    });
  checkAtLeast(restrictions.minimum_amount, 1, 'restrictions[minimum_amount]');
  if (restrictions.minimum_amount !== undefined && restrictions.minimum_amount_currency === undefined)
    throw missing('restrictions[minimum_amount_currency]');
}

/** One active code for everybody, or several for different customers. */
function checkUnique(tx: Transaction, { code, customer }: { code: string; customer: string | null }): void {
  for (const other of tx.newest('promotion_code')) {
    if (!other.active || other.code.toLowerCase() !== code.toLowerCase()) continue;
    if (customer === null || other.customer === null || other.customer === customer)
      throw invalidRequest(`An active promotion code with \`code: ${code}\` already exists.`, {
        param: 'code',
      });
  }
}

function ownMinimum({
  restrictions,
}: Stripe.PromotionCode): Record<string, Stripe.PromotionCode.Restrictions.CurrencyOptions> {
  const { minimum_amount, minimum_amount_currency: currency } = restrictions;
  return minimum_amount === null || currency === null ? {} : { [currency]: { minimum_amount } };
}

function minimums(
  { restrictions }: Stripe.PromotionCode,
  params: Record<string, { minimum_amount?: number }> = {},
): Record<string, Stripe.PromotionCode.Restrictions.CurrencyOptions> {
  const given = Object.entries(params);
  if (given.length > 0 && restrictions.minimum_amount === null)
    throw invalidRequest('`currency_options` can be passed only with a `minimum_amount`.', {
      param: 'restrictions[currency_options]',
    });
  return Object.fromEntries(
    given.map(([code, { minimum_amount }]) => {
      if (minimum_amount === undefined)
        throw missing(`restrictions[currency_options][${code}][minimum_amount]`);
      return [knownCurrency(code), { minimum_amount }];
    }),
  );
}

function update({ tx, params, ids }: Call<Stripe.PromotionCodeUpdateParams>): ApiObject {
  const current = tx.find('promotion_code', ids[0] ?? '');
  if (params.active && !current.active) {
    if (!redeemable(tx, current))
      throw invalidRequest(
        'This promotion code cannot be activated: it or its coupon is expired, used up or deleted.',
        { param: 'active' },
      );
    checkUnique(tx, { code: current.code, customer: current.customer as string | null });
  }
  const terms = tx.require('promotion_code_terms', current.id);
  tx.update('promotion_code_terms', terms, {
    currency_options: {
      ...terms.currency_options,
      ...minimums(current, params.restrictions?.currency_options),
    },
  });
  const updated = tx.update('promotion_code', current, {
    active: params.active ?? current.active,
    metadata: mergeMetadata(current.metadata, params.metadata),
  });
  emitUpdate(tx, 'promotion_code.updated', { from: current, to: updated });
  return updated;
}

function listCodes({ tx, params, path }: Call<Stripe.PromotionCodeListParams>): ApiObject {
  const { active, code, coupon, customer } = params;
  return list(tx, {
    kind: 'promotion_code',
    url: path,
    params,
    where: (found) =>
      found.active === (active ?? found.active) &&
      found.code.toLowerCase() === (code ?? found.code).toLowerCase() &&
      found.coupon.id === (coupon ?? found.coupon.id) &&
      found.customer === (customer ?? found.customer),
  });
}

export const promotionCodes: Machine = {
  'POST /v1/promotion_codes': operation(create),
  'GET /v1/promotion_codes': operation(listCodes),
  'GET /v1/promotion_codes/{promotion_code}': ({ tx, ids }) => tx.find('promotion_code', ids[0] ?? ''),
  'POST /v1/promotion_codes/{promotion_code}': operation(update),
};
