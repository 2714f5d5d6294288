/** What a person sends by hand, in order: each request hands its ids on to the next. */
export interface Step {
  name: string;
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  /** Collection variables, by the member of the answer that they take. */
  keeps?: Record<string, string>;
  status: number;
  /** Statements of the step's test script, over `answer`. */
  checks?: string[];
}

export const PURCHASE: readonly Step[] = [
  {
    name: '1. Create an order',
    method: 'POST',
    path: '/api/orders',
    body: {
      userId: 'user_42',
      currency: 'usd',
      items: [{ name: 'Notebook', unitAmount: 1250, quantity: 2 }],
      receiptEmail: 'ada@example.com',
    },
    status: 201,
    keeps: { orderId: 'id' },
    checks: ['pm.expect(answer.total).to.equal(2500);'],
  },
  {
    name: '2. Start its payment',
    method: 'POST',
    path: '/api/payments/create-intent',
    body: { orderId: '{{orderId}}' },
    status: 201,
    keeps: { paymentId: 'id' },
    checks: ["pm.expect(answer.status).to.equal('requires_payment_method');"],
  },
  {
    name: '3. Confirm it with a test card',
    method: 'POST',
    path: '/api/payments/confirm',
    body: { paymentId: '{{paymentId}}', paymentMethodId: 'pm_card_visa' },
    status: 200,
    checks: ["pm.expect(answer.status).to.equal('succeeded');"],
  },
  {
    name: '4. Read its status',
    method: 'GET',
    path: '/api/payments/{{paymentId}}/status',
    status: 200,
    checks: ['pm.expect(answer.amountReceived).to.equal(2500);'],
  },
  {
    name: '5. Refund a part',
    method: 'POST',
    path: '/api/payments/refund',
    body: { paymentId: '{{paymentId}}', amount: 500, reason: 'requested_by_customer' },
    status: 201,
    keeps: { refundId: 'id' },
    checks: ['pm.expect(answer.amount).to.equal(500);'],
  },
  {
    name: '6. Read the payment again',
    method: 'GET',
    path: '/api/payments/{{paymentId}}',
    status: 200,
    checks: ['pm.expect(answer.amountRefunded).to.equal(500);'],
  },
];
