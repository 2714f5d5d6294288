import { expect } from 'chai';
import { firstScreen } from './first-screen.js';

describe('the first screen', () => {
  const everything = { mongodb: true, stripe: true, mail: true };

  it('shows where things are, the key, what is embedded, and a request to copy', () => {
    const screen = firstScreen({
      baseUrl: 'http://127.0.0.1:3000',
      apiKey: 'gk_test_x',
      embedded: everything,
      checkout: 'http://127.0.0.1:3000/checkout/ord_1?key=abc',
    });
    expect(screen)
      .to.contain('http://127.0.0.1:3000/docs')
      .and.contain('http://127.0.0.1:3000/dev/mail')
      .and.contain('not set: MONGODB_URI, STRIPE_SECRET_KEY, SMTP_URL')
      .and.contain('4242 4242 4242 4242')
      .and.contain('http://127.0.0.1:3000/checkout/ord_1?key=abc')
      .and.contain("curl http://127.0.0.1:3000/api/orders \\\n    -H 'Authorization: Bearer gk_test_x'");
  });

  it('names no mail page, no checkout page and no embedded part when there is none', () => {
    const embedded = { mongodb: false, stripe: false, mail: false };
    const screen = firstScreen({
      baseUrl: 'http://127.0.0.1:3000',
      apiKey: 'gk_test_x',
      embedded,
      checkout: null,
    });
    expect(screen)
      .to.contain('Everything is configured')
      .and.not.contain('/dev/mail')
      .and.not.contain('/checkout');
  });
});
