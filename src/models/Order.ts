import type { OrderRow } from '../domain/rows/order.js';
import { defineSchema, nullable, required, versionedFields } from './define-schema.js';

export const orderSchema = defineSchema<OrderRow>(
  {
    _id: String,
    ...versionedFields,
    userId: required(String),
    status: required(String),
    currency: required(String),
    items: [
      {
        _id: false,
        name: required(String),
        unitAmount: required(Number),
        quantity: required(Number),
        priceId: nullable(String),
        productId: nullable(String),
        amount: required(Number),
        discount: required(Number),
        tax: required(Number),
      },
    ],
    subtotal: required(Number),
    discount: required(Number),
    tax: required(Number),
    total: required(Number),
    coupon: {
      type: { couponId: String, promotionCodeId: String, code: String },
      default: null,
      _id: false,
    },
    amountRefunded: required(Number),
    refundState: required(String),
    receiptEmail: nullable(String),
    locale: required(String),
    metadata: { type: Object, required: true },
    flags: [String],
    paymentId: nullable(String),
    checkoutToken: { type: String, select: false },
    paidAt: nullable(Date),
  },
  [[{ userId: 1, _id: -1 }]],
);
