import { randomInt } from 'node:crypto';
import { type Change, insert, move } from '../../domain/changes.js';
import { conflict, notFound } from '../../domain/errors.js';
import type { CouponRow, PromotionCodeRow } from '../../domain/rows/coupon.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import { newId } from '../../utils/ids.js';
import { acceptAmount, acceptCurrency } from '../accept-amount.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { type NewOperation, stripeMetadata } from '../stripe/operations/open-operation.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { requireStripe } from '../stripe/require-stripe.js';
import type { CouponUseCases, CreatePromotionCodeInput } from './coupon-use-cases.js';
import { pageOf, requireCoupon, requireOperation } from './manage-coupons.js';
import { saveWithOperation } from './save-with-operation.js';

type CodeCases = Pick<
  CouponUseCases,
  'createPromotionCode' | 'getPromotionCode' | 'listPromotionCodes' | 'deactivatePromotionCode'
>;

/** No letters or digits that are taken for one another. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 10;

export function managePromotionCodes(dependencies: UseCaseDependencies): CodeCases {
  const { promotionCodes } = dependencies.repositories;
  return {
    createPromotionCode: createPromotionCode(dependencies),
    getPromotionCode: async (id) => requireCode(await promotionCodes.get(id)),
    async listPromotionCodes({ limit, before, couponId }) {
      const page = { limit: limit + 1, before, couponId };
      return pageOf(await promotionCodes.newest(dependencies.platform, page), limit);
    },
    deactivatePromotionCode: deactivatePromotionCode(dependencies),
  };
}

function createPromotionCode(dependencies: UseCaseDependencies): CouponUseCases['createPromotionCode'] {
  const { promotionCodes } = dependencies.repositories;
  return async (input, context) => {
    const operation = await saveWithOperation(dependencies, context, async (bound, _rows, now) => {
      requireStripe(dependencies);
      const coupon = requireActive(requireCoupon(await bound.coupons.get(input.couponId)));
      const code = newCode(dependencies, input, now);
      if (await bound.promotionCodes.byCode(dependencies.platform, code.code)) throw taken();
      const { status, couponId, maxRedemptions } = code;
      const after = { status, couponId, code: code.code, maxRedemptions };
      const changes = [insert('promotionCodes', code), auditOf(code._id, 'promotion_code.create', after)];
      return { changes, operation: creation(code, coupon) };
    }).catch((error: unknown) => {
      throw isDuplicateKey(error) ? taken() : error;
    });
    if (operation?.status !== 'succeeded') throw outcomeError(requireOperation(operation));
    return requireCode(await promotionCodes.get(operation.subject.id));
  };
}

function newCode(
  { platform }: UseCaseDependencies,
  input: CreatePromotionCodeInput,
  now: Date,
): PromotionCodeRow {
  const { code = randomCode(), minimumAmount = null } = input;
  const currency = minimumAmount === null ? null : acceptCurrency(input.minimumAmountCurrency ?? '');
  if (minimumAmount !== null && currency !== null) {
    acceptAmount({ amount: minimumAmount, currency, settlementCurrency: null }, 'minimumAmount');
  }
  return {
    ...{ _id: newId('prm'), stripeAccountId: platform.stripeAccountId, livemode: platform.livemode },
    ...{ version: 1, audit: null, createdAt: now, updatedAt: now, status: 'creating', live: true },
    ...{ couponId: input.couponId, code, codeKey: code.toUpperCase() },
    maxRedemptions: input.maxRedemptions ?? null,
    redemptionsLeft: input.maxRedemptions ?? null,
    ...{ minimumAmount, minimumAmountCurrency: currency, firstOrderOnly: input.firstOrderOnly ?? false },
    expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
    metadata: input.metadata ?? {},
    stripe: { promotionCodeId: null },
  };
}

function randomCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function creation(row: PromotionCodeRow, coupon: CouponRow): NewOperation {
  const { _id, code, maxRedemptions, expiresAt, minimumAmount, minimumAmountCurrency, metadata } = row;
  const restrictions = {
    ...(row.firstOrderOnly ? { first_time_transaction: true } : {}),
    ...(minimumAmount === null
      ? {}
      : { minimum_amount: minimumAmount, minimum_amount_currency: minimumAmountCurrency }),
  };
  return {
    kind: 'promotion_code.create',
    subject: { collection: 'promotionCodes', id: _id },
    path: '/v1/promotion_codes',
    params: (operationId) => ({
      ...{ coupon: coupon.stripe.couponId, code },
      ...(maxRedemptions === null ? {} : { max_redemptions: maxRedemptions }),
      ...(expiresAt === null ? {} : { expires_at: Math.floor(expiresAt.getTime() / 1000) }),
      ...(Object.keys(restrictions).length === 0 ? {} : { restrictions }),
      metadata: stripeMetadata(metadata, operationId),
    }),
  };
}

function deactivatePromotionCode(
  dependencies: UseCaseDependencies,
): CouponUseCases['deactivatePromotionCode'] {
  const { promotionCodes } = dependencies.repositories;
  return async (id, context) => {
    await saveWithOperation(dependencies, context, async (bound, rows) => {
      const code = requireCode(await bound.promotionCodes.get(id));
      if (code.status !== 'active') return { changes: [], operation: null };
      rows.load('promotionCodes', [code]);
      const ended = move('promotionCodes', id, { status: 'inactive', live: false });
      const changes = [ended, auditOf(id, 'promotion_code.inactive', { status: 'inactive' })];
      return { changes, operation: ending(code) };
    });
    return requireCode(await promotionCodes.get(id));
  };
}

function ending({ _id, stripe }: PromotionCodeRow): NewOperation {
  return {
    kind: 'promotion_code.deactivate',
    subject: { collection: 'promotionCodes', id: _id },
    path: `/v1/promotion_codes/${stripe.promotionCodeId}`,
    params: () => ({ active: false }),
  };
}

function requireCode(code: PromotionCodeRow | null): PromotionCodeRow {
  if (code) return code;
  throw notFound('promotion_code_not_found', 'There is no such promotion code.');
}

function requireActive(coupon: CouponRow): CouponRow {
  if (coupon.status === 'active') return coupon;
  throw conflict('coupon_not_active', `The coupon is ${coupon.status}: a code needs one that is active.`);
}

function taken() {
  return conflict(
    'promotion_code_taken',
    'Another code that is in use reads the same. Choose another, or end that one.',
  );
}

function auditOf(id: string, action: string, after: Record<string, unknown>): Change {
  return { type: 'audit', collection: 'promotionCodes', id, action, before: {}, after };
}
