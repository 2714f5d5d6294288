const express = require('express');
const mongoose = require('mongoose');
const { Order } = require('./order.js');
const { startPayments } = require('./payments.js');

const { MONGODB_URI, MONGODB_DB_NAME = 'shop', PORT = '4000' } = process.env;

/** For a webhook below an `express.json()` that was there first: the signature covers the raw bytes of the body. */
function keepRawBody(req, _res, bytes) {
  if (req.url.endsWith('/webhooks/stripe')) req.rawBody = bytes;
}

async function main() {
  await mongoose.connect(MONGODB_URI, { dbName: MONGODB_DB_NAME });
  const guichet = await startPayments();

  const app = express();
  app.use(express.json({ verify: keepRawBody }));
  app.use('/pay', guichet.router);

  app.post('/orders', (req, res, next) => {
    createOrder(guichet, req)
      .then((order) => res.status(201).json(order))
      .catch(next);
  });
  app.get('/orders/:id', (req, res, next) => {
    Order.findById(req.params.id)
      .then(({ status, fulfilments }) => res.json({ status, fulfilments }))
      .catch(next);
  });

  const server = app.listen(PORT, '127.0.0.1', () => {
    process.stdout.write(`The shop listens on http://127.0.0.1:${server.address().port}\n`);
  });
  process.once('SIGTERM', async () => {
    server.close();
    server.closeIdleConnections();
    await guichet.close();
    await mongoose.disconnect();
  });
}

async function createOrder(guichet, req) {
  const userId = req.get('x-demo-user');
  // The shop's prices, not the customer's.
  const order = await Order.create({ userId, title: req.body.title, price: 2500 });
  const payable = await guichet.createOrder({
    userId,
    currency: 'usd',
    items: [{ name: order.title, unitAmount: order.price, quantity: 1 }],
    metadata: { shopOrder: order.id },
  });
  // The browser goes on with POST /pay/api/payments/create-intent { orderId }.
  return { id: order.id, orderId: payable.id };
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
