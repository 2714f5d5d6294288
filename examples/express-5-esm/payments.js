import { createGuichet } from 'guichet';
import { Order } from './order.js';

const { MONGODB_URI, MONGODB_DB_NAME = 'shop', SHOP_URL = 'http://127.0.0.1:4000' } = process.env;
const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE_URL } = process.env;

export const guichet = await createGuichet({
  mongodb: { uri: MONGODB_URI, dbName: MONGODB_DB_NAME, collectionPrefix: 'pay_' },
  stripe: {
    secretKey: STRIPE_SECRET_KEY,
    mode: 'test',
    webhookSecrets: [STRIPE_WEBHOOK_SECRET],
    // Only for a local sandbox: leave it out for Stripe.
    ...(STRIPE_API_BASE_URL && { apiBaseUrl: STRIPE_API_BASE_URL }),
  },
  payments: { returnUrl: `${SHOP_URL}/thanks` },

  // Your session goes here. A header that anybody can set is for this example only.
  authenticate(req) {
    const userId = req.headers['x-demo-user'];
    return userId ? { userId, scopes: ['payments:read', 'payments:write'] } : null;
  },

  on: {
    // At least once: the key tells a repetition, and one conditional write makes it harmless.
    async 'order.paid'({ order }, { effectKey }) {
      await Order.updateOne(
        { _id: order.metadata.shopOrder, fulfilments: { $ne: effectKey } },
        { $set: { status: 'paid' }, $push: { fulfilments: effectKey } },
      );
    },
  },
});
