import { type Change, insert, move } from '../../domain/changes.js';
import { notFound } from '../../domain/errors.js';
import type { CouponRow } from '../../domain/rows/coupon.js';
import { newId } from '../../utils/ids.js';
import { acceptAmount, acceptCurrency } from '../accept-amount.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { type NewOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { requireStripe } from '../stripe/require-stripe.js';
import type { CouponUseCases, CreateCouponInput, PageOf } from './coupon-use-cases.js';
import { saveWithOperation } from './save-with-operation.js';

type CouponCases = Pick<CouponUseCases, 'createCoupon' | 'getCoupon' | 'listCoupons' | 'deactivateCoupon'>;

export function manageCoupons(dependencies: UseCaseDependencies): CouponCases {
  const { coupons } = dependencies.repositories;
  return {
    createCoupon: createCoupon(dependencies),
    getCoupon: async (id) => requireCoupon(await coupons.get(id)),
    async listCoupons({ limit, before }) {
      return pageOf(await coupons.newest(dependencies.platform, { limit: limit + 1, before }), limit);
    },
    deactivateCoupon: deactivateCoupon(dependencies),
  };
}

function createCoupon(dependencies: UseCaseDependencies): CouponUseCases['createCoupon'] {
  return async (input, context) => {
    const operation = await saveWithOperation(dependencies, context, async (_bound, _rows, now) => {
      requireStripe(dependencies);
      const coupon = newCoupon(dependencies, input, now);
      const { status, percentOff, amountOff, currency, maxRedemptions } = coupon;
      const after = { status, percentOff, amountOff, currency, maxRedemptions };
      const changes = [insert('coupons', coupon), auditOf(coupon._id, 'coupon.create', after)];
      return { changes, operation: creation(coupon) };
    });
    if (operation?.status !== 'succeeded') throw outcomeError(requireOperation(operation));
    return requireCoupon(await dependencies.repositories.coupons.get(operation.subject.id));
  };
}

/** Throws 400 or 422 for an amount that can never be taken off. */
function newCoupon({ platform }: UseCaseDependencies, input: CreateCouponInput, now: Date): CouponRow {
  const { percentOff = null, amountOff = null } = input;
  const currency = amountOff === null ? null : acceptCurrency(input.currency ?? '');
  if (amountOff !== null && currency !== null) {
    acceptAmount({ amount: amountOff, currency, settlementCurrency: null }, 'amountOff');
  }
  return {
    ...{ _id: newId('cpn'), stripeAccountId: platform.stripeAccountId, livemode: platform.livemode },
    ...{ version: 1, audit: null, createdAt: now, updatedAt: now, status: 'creating' },
    ...{ name: input.name ?? null, percentOff, amountOff, currency, productIds: input.productIds ?? [] },
    maxRedemptions: input.maxRedemptions ?? null,
    redemptionsLeft: input.maxRedemptions ?? null,
    maxRedemptionsPerUser: input.maxRedemptionsPerUser ?? null,
    expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
    metadata: input.metadata ?? {},
    stripe: { couponId: null },
  };
}

/** `once`: on one-off orders the discount is computed here, and Stripe's copy serves its own pages. */
function creation(coupon: CouponRow): NewOperation {
  const { _id, name, percentOff, amountOff, currency, productIds, maxRedemptions, expiresAt, metadata } =
    coupon;
  return {
    kind: 'coupon.create',
    subject: { collection: 'coupons', id: _id },
    path: '/v1/coupons',
    params: (operationId) => ({
      duration: 'once',
      ...(percentOff === null ? { amount_off: amountOff, currency } : { percent_off: percentOff }),
      ...(name === null ? {} : { name }),
      ...(productIds.length === 0 ? {} : { applies_to: { products: productIds } }),
      ...(maxRedemptions === null ? {} : { max_redemptions: maxRedemptions }),
      ...(expiresAt === null ? {} : { redeem_by: Math.floor(expiresAt.getTime() / 1000) }),
      metadata: stripeMetadata(metadata, operationId),
    }),
  };
}

function deactivateCoupon(dependencies: UseCaseDependencies): CouponUseCases['deactivateCoupon'] {
  const { coupons } = dependencies.repositories;
  return async (id, context) => {
    await saveWithOperation(dependencies, context, async (bound, rows) => {
      const coupon = requireCoupon(await bound.coupons.get(id));
      if (coupon.status !== 'active') return { changes: [], operation: null };
      rows.load('coupons', [coupon]);
      const ended = move('coupons', id, { status: 'inactive' });
      const changes = [ended, auditOf(id, 'coupon.inactive', { status: 'inactive' })];
      return { changes, operation: deletion(coupon) };
    });
    return requireCoupon(await coupons.get(id));
  };
}

/** Stripe ends a coupon, and its codes, by deleting it. */
function deletion({ _id, stripe }: CouponRow): NewOperation {
  return {
    kind: 'coupon.delete',
    subject: { collection: 'coupons', id: _id },
    method: 'DELETE',
    path: `/v1/coupons/${encodeURIComponent(stripe.couponId ?? '')}`,
    params: () => ({}),
  };
}

export function requireCoupon(coupon: CouponRow | null): CouponRow {
  if (coupon) return coupon;
  throw notFound('coupon_not_found', 'There is no such coupon.');
}

/** A page of one row more than was asked for tells whether there is another. */
export function pageOf<Row extends { _id: string }>(found: readonly Row[], limit: number): PageOf<Row> {
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? (rows.at(-1)?._id ?? null) : null };
}

export function requireOperation<Operation>(operation: Operation | null): Operation {
  if (!operation) throw new Error('A create opens an operation');
  return operation;
}

function auditOf(id: string, action: string, after: Record<string, unknown>): Change {
  return { type: 'audit', collection: 'coupons', id, action, before: {}, after };
}
