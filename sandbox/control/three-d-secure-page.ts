import type Stripe from 'stripe';
import type { Answer, ApiRequest } from '../http/exchange.js';
import { decodeForm } from '../http/form.js';
import { format } from '../ledger/currencies.js';
import type { Intent } from '../payments/unexpected-state.js';
import type { SandboxControl } from './control.js';

/** The bank's page, where a person approves or refuses. It may stand in a frame, and needs no script. */
export function challengePage(intent: Intent): Answer {
  return html(
    200,
    `<h1>3D Secure test page</h1>
<p>${purpose(intent)}</p>
<p class="id">${intent.id}</p>
${intent.status === 'requires_action' ? CHOICES : `<p>Nothing waits here: its status is ${intent.status}.</p>`}`,
  );
}

const CHOICES = `<form method="post">
<button name="outcome" value="approve">Complete authentication</button>
<button name="outcome" value="fail" class="refuse">Fail authentication</button>
</form>`;

function purpose(intent: Intent): string {
  if (intent.object === 'setup_intent')
    return 'The bank asks whether you save this payment method for later payments.';
  return `The bank asks whether you make this payment of <strong>${amountOf(intent)}</strong>.`;
}

function amountOf({ amount, currency }: Stripe.PaymentIntent): string {
  return `${format(amount, currency)} ${currency.toUpperCase()}`;
}

/** `outcome=approve|fail` as a form, or as JSON. */
export function completeChallenge(control: SandboxControl, intent: Intent, request: ApiRequest): Answer {
  const isJson = request.body.startsWith('{');
  const { outcome }: Record<string, unknown> = isJson ? JSON.parse(request.body) : decodeForm(request.body);
  if (outcome !== 'approve' && outcome !== 'fail') throw new Error('outcome must be approve or fail');
  // A person may come back to the page and press a button again.
  if (!isJson && intent.status !== 'requires_action') return { ...challengePage(intent), status: 409 };
  control.complete3ds(intent.id, outcome);
  const after = control.findIntent(intent.id) ?? intent;
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  if (isJson || !returnUrl) return html(200, conclusion(after));
  return { ...html(303, ''), headers: { Location: returnAddress(after, returnUrl) } };
}

/** Paid, reserved, saved, or ready for the server to confirm it: all but a failure. */
function isWell({ status }: Intent): boolean {
  return status !== 'requires_payment_method';
}

function conclusion(intent: Intent): string {
  const outcome = isWell(intent) ? 'Authentication is complete' : 'It did not go through';
  return `<h1>${outcome}</h1>\n<p>You can go back to the shop now.</p>\n<p class="id">${intent.status}</p>`;
}

function returnAddress(intent: Intent, returnUrl: string): string {
  const target = new URL(returnUrl);
  target.searchParams.set(intent.object, intent.id);
  target.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? '');
  target.searchParams.set('redirect_status', isWell(intent) ? 'succeeded' : 'failed');
  return target.href;
}

const STYLE = `
body { margin: 0; padding: 2rem 1.5rem; color: #1a1f36; background: #fff; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 0 auto; }
h1 { margin: 0 0 1rem; font-size: 1.25rem; }
.id { color: #697386; font-size: 0.8rem; overflow-wrap: anywhere; }
form { display: grid; gap: 0.75rem; margin-top: 1.5rem; }
button { padding: 0.75rem; border: 1px solid #3a45c4; border-radius: 6px; color: #fff; background: #3a45c4; font: inherit; font-weight: 600; cursor: pointer; }
button.refuse { border-color: #c1c9d2; color: #1a1f36; background: #fff; }
button:hover { filter: brightness(0.95); }
button:focus-visible { outline: 3px solid #8f97f0; outline-offset: 2px; }`;

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
  'Content-Type': 'text/html; charset=utf-8',
};

function html(status: number, body: string): Answer {
  const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>3D Secure test page</title><style>${STYLE}</style></head>
<body><main>
${body}
</main></body>
</html>
`;
  return { status, headers: HEADERS, body: body === '' ? '' : page };
}
