import express from 'express';
import mongoose from 'mongoose';
import { Order } from './order.js';
import { guichet } from './payments.js';

const { MONGODB_URI, MONGODB_DB_NAME = 'shop', PORT = '4000' } = process.env;
await mongoose.connect(MONGODB_URI, { dbName: MONGODB_DB_NAME });

const app = express();
// First, the API and the webhook /pay/api/webhooks/stripe: its signature covers the raw bytes of the body.
app.use('/pay', guichet.router);
app.use(express.json());

app.post('/orders', async (req, res) => {
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
  res.status(201).json({ id: order.id, orderId: payable.id });
});

app.get('/orders/:id', async (req, res) => {
  const { status, fulfilments } = await Order.findById(req.params.id);
  res.json({ status, fulfilments });
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
