import type Stripe from 'stripe';
import { type Change, move } from '../../../domain/changes.js';
import type { PromotionCodeRow } from '../../../domain/rows/coupon.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, type Needs, operationIdOf, type SnapshotOf } from './family.js';

type PromotionCode = Stripe.PromotionCode;

/** Stripe's copy of a code. One that is ended there is ended here; one that is opened again there stays closed. */
export const promotionCodeFamily = defineFamily<PromotionCode>({
  object: 'promotion_code',
  events: ['promotion_code.created', 'promotion_code.updated'],
  retrievePath: (id) => `/v1/promotion_codes/${id}`,
  laneKey: (code) => code.id,
  watched: (code) => [code.active, code.metadata],
  rank: (_code, first) => (first ? 0 : 1),
  needs,
  decide,
});

function needs({ object }: SnapshotOf<PromotionCode>, rows: WorkingSet): Needs {
  const operation = rows.get('operations', operationIdOf(object));
  return {
    promotionCodesOfStripe: [object.id],
    promotionCodes: operation?.subject.collection === 'promotionCodes' ? [operation.subject.id] : [],
  };
}

function codeOf(snapshot: SnapshotOf<PromotionCode>, rows: WorkingSet): PromotionCodeRow | null {
  const { object, stripeAccountId, livemode } = snapshot;
  const attached = rows.find(
    'promotionCodes',
    (row) =>
      row.stripe.promotionCodeId === object.id &&
      row.stripeAccountId === stripeAccountId &&
      row.livemode === livemode,
  );
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made =
    operation?.kind === 'promotion_code.create' ? rows.get('promotionCodes', operation.subject.id) : null;
  return made?.stripe.promotionCodeId === null ? made : null;
}

function decide(snapshot: SnapshotOf<PromotionCode>, rows: WorkingSet): Change[] {
  const code = codeOf(snapshot, rows);
  if (!code) return [];
  const { id, active } = snapshot.object;
  const told = active ? 'active' : 'inactive';
  const status = code.status === 'creating' || (!active && code.status === 'active') ? told : code.status;
  if (code.status === status && code.stripe.promotionCodeId === id) return [];
  return [
    move('promotionCodes', code._id, { status, live: status === 'active', stripe: { promotionCodeId: id } }),
    {
      type: 'audit',
      collection: 'promotionCodes',
      id: code._id,
      action: `promotion_code.${status}`,
      before: { status: code.status },
      after: { status, stripePromotionCodeId: id },
    },
  ];
}
