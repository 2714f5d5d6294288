import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';

export const SUCCESS_URL = 'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}';

/** A session for one thing at twenty dollars. */
export function checkout(
  stripe: Stripe,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: SUCCESS_URL,
    line_items: [
      { price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Tea' } }, quantity: 1 },
    ],
    ...params,
  });
}

interface Visited {
  status: number;
  location: string | null;
  html: string;
  headers: Headers;
}

/** What a browser without scripts does on the hosted page. */
export async function visit(url: string, form?: Record<string, string>): Promise<Visited> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  const location = response.headers.get('location');
  return { status: response.status, location, html: await response.text(), headers: response.headers };
}

export const CARDS = {
  visa: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  threeDSecure: '4000 0000 0000 3220',
};

/** Fills in the form and presses the button. */
export function pay(session: { url: string | null }, entered: Record<string, string> = {}): Promise<Visited> {
  return visit(session.url ?? '', {
    action: 'pay',
    type: 'card',
    email: 'ada@example.org',
    name: 'Ada Lovelace',
    number: CARDS.visa,
    expiry: '12 / 40',
    cvc: '123',
    ...entered,
  });
}

export function typesOf(sandbox: Sandbox): string[] {
  return sandbox.control.events().map(({ type }) => type);
}
