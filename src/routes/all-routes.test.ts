import { expect } from 'chai';
import supertest from 'supertest';
import { startWebLayer, type WebLayer } from '../../tests/support/web-layer.js';
import { newId } from '../utils/ids.js';
import { allRoutes, checkoutRoutes } from './all-routes.js';

const closed = allRoutes.filter((route) => route.scope !== null);

describe('every route', () => {
  let web: WebLayer;

  before(async () => {
    web = await startWebLayer();
  });

  after(() => web.stop());

  function call(route: (typeof allRoutes)[number], authorization: string | null) {
    const request = supertest(web.baseUrl)[route.method](route.path.replace(':id', newId('pay')));
    if (authorization !== null) request.set('Authorization', authorization);
    return route.method === 'post' ? request.send({}) : request;
  }

  it('is open only for health, and for the checkout page with the key of its link', () => {
    const open = allRoutes.filter((route) => route.scope === null);
    const [page, others] = [
      open.filter((route) => route.sameOrigin),
      open.filter((route) => !route.sameOrigin),
    ];
    expect(page).to.deep.equal(checkoutRoutes);
    expect(others.map((route) => route.path)).to.deep.equal(['/health/live', '/health/ready']);
  });

  it('takes an Idempotency-Key where money moves, or something is made at Stripe that has no key of its own', () => {
    const keyed = allRoutes.filter((route) => route.idempotency === true).map((route) => route.path);
    expect(keyed).to.deep.equal([
      '/api/customers/:id/setup-intent',
      '/api/orders/:id/cancel',
      '/api/payments/create-intent',
      '/api/payments/checkout-session',
      '/api/payments/confirm',
      '/api/payments/:id/capture',
      '/api/payments/:id/cancel',
      '/api/payments/:id',
      '/api/payments/:id/receipt',
      '/api/payments/refund',
      '/api/coupons',
      '/api/promotion-codes',
    ]);
  });

  for (const route of closed) {
    const name = `${route.method.toUpperCase()} ${route.path}`;

    for (const authorization of [
      null,
      '',
      'Bearer',
      'Bearer gk_unknown',
      'Bearer gk_revoked',
      'Basic gk_writer',
      'gk_writer',
      'Bearer sk_test_1',
      'Bearer jwt.is-nobody.',
      'Bearer gk_writer gk_writer',
    ]) {
      it(`${name} is 401 for ${JSON.stringify(authorization)}`, async () => {
        const response = await call(route, authorization);
        expect(response.status).to.equal(401);
        const shown = authorization === null ? '' : ', error="invalid_token"';
        expect(response.headers['www-authenticate']).to.equal(`Bearer realm="guichet"${shown}`);
        expect(web.calls).to.deep.equal([]);
      });
    }

    it(`${name} is 403 without the scope ${route.scope}`, async () => {
      const others = {
        'payments:read': ['gk_ops'],
        'payments:write': ['gk_ops', 'gk_reader'],
        'catalogue:read': ['gk_ops', 'gk_reader'],
        'catalogue:write': ['gk_ops', 'gk_reader'],
        ops: ['gk_reader', 'gk_writer'],
      }[route.scope ?? 'ops'];
      for (const key of others) {
        const response = await call(route, `Bearer ${key}`);
        expect(response.status).to.equal(403);
        expect(response.body).to.include({ code: 'insufficient_scope' });
      }
      expect(web.calls).to.deep.equal([]);
    });
  }
});
