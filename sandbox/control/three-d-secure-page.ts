import type Stripe from 'stripe';
import type { Answer, ApiRequest } from '../http/exchange.js';
import { decodeForm } from '../http/form.js';
import { format } from '../ledger/currencies.js';
import type { SandboxControl } from './control.js';

/** The bank's page, where a person approves or refuses. */
export function challengePage(intent: Stripe.PaymentIntent): Answer {
  const amount = `${format(intent.amount, intent.currency)} ${intent.currency.toUpperCase()}`;
  const choices =
    intent.status === 'requires_action'
      ? `<form method="post"><button name="outcome" value="approve">Complete authentication</button>
<button name="outcome" value="fail">Fail authentication</button></form>`
      : `<p>Nothing waits here: this payment is ${intent.status}.</p>`;
  return html(
    200,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>3D Secure test page</title>
<h1>3D Secure test page</h1><p>${intent.id}: ${amount}</p>${choices}</html>`,
  );
}

/** `outcome=approve|fail` as a form, or as JSON. */
export function completeChallenge(
  control: SandboxControl,
  intent: Stripe.PaymentIntent,
  request: ApiRequest,
): Answer {
  const isJson = request.body.startsWith('{');
  const { outcome }: Record<string, unknown> = isJson ? JSON.parse(request.body) : decodeForm(request.body);
  if (outcome !== 'approve' && outcome !== 'fail') throw new Error('outcome must be approve or fail');
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  control.complete3ds(intent.id, outcome);
  const after = control.findPaymentIntent(intent.id) ?? intent;
  if (isJson || !returnUrl) return html(200, `<!doctype html><p>${after.status}</p>`);
  const target = new URL(returnUrl);
  target.searchParams.set('payment_intent', intent.id);
  target.searchParams.set('payment_intent_client_secret', intent.client_secret ?? '');
  target.searchParams.set('redirect_status', after.status === 'succeeded' ? 'succeeded' : 'failed');
  return { ...html(303, ''), headers: { Location: target.href } };
}

function html(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}
