import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Answer } from '../http/exchange.js';
import { format } from '../ledger/currencies.js';
import type { CheckoutDetails } from '../store/kinds.js';
import { CHECKOUT_STYLE } from './checkout-style.js';

type Session = Stripe.Checkout.Session;

const STYLE_HASH = createHash('sha256').update(CHECKOUT_STYLE).digest('base64');

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of others, safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

interface PageParts {
  title: string;
  /** HTML. */
  main: string;
  single?: boolean;
  /** Where a form of this page may end up, after redirects: browsers hold redirects to the policy too. */
  formTargets?: readonly string[];
}

/** A whole answer, with a policy under which nothing of others runs or loads. */
export function pageAnswer(status: number, { title, main, single, formTargets = [] }: PageParts): Answer {
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${CHECKOUT_STYLE}</style></head>
<body><main${single ? ' class="single"' : ''}>${main}</main></body></html>`;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    'img-src data:',
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy.join('; '),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}

/** A page that only says something. */
export function messagePage(status: number, title: string, text: string): Answer {
  const main = `<section class="card"><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p></section>`;
  return pageAnswer(status, { title, main, single: true });
}

export interface OpenPage {
  session: Session;
  details: CheckoutDetails;
  shop: string;
  /** Why the last try did not work. */
  problem?: { field: 'card' | 'promotion_code'; message: string } | undefined;
  /** Where the customer's bank waits. */
  challengeUrl?: string | undefined;
}

/** The page of an open session. */
export function openPage(page: OpenPage): Answer {
  const { session, shop } = page;
  const target = new URL(session.success_url ?? session.url ?? '').origin;
  const title = `${session.mode === 'setup' ? 'Save a payment method' : 'Checkout'} – ${shop}`;
  const status = page.problem ? (page.problem.field === 'card' ? 402 : 400) : 200;
  return pageAnswer(status, {
    title,
    main: `${summary(page)}<section class="card" aria-labelledby="pay">${entry(page)}</section>`,
    formTargets: [target],
  });
}

export function money(amount: number, currency: string): string {
  return `${format(amount, currency)} ${currency.toUpperCase()}`;
}

function summary(page: OpenPage): string {
  const { session, shop } = page;
  const heading =
    session.mode === 'setup'
      ? '<p class="total">Save a payment method</p>'
      : `<p class="total">${money(session.amount_total ?? 0, session.currency ?? '')}</p>${lines(page)}`;
  const back = session.cancel_url
    ? `<p class="back"><a href="${escapeHtml(session.cancel_url)}">Cancel and go back</a></p>`
    : '';
  return `<section aria-label="Order"><header><h1>${escapeHtml(shop)}<span class="test">TEST MODE</span></h1></header>
${heading}${promotion(page)}${back}</section>`;
}

function lines({ session, details }: OpenPage): string {
  const currency = session.currency ?? '';
  const rows = details.lines.map(
    (line) =>
      `<dt>${escapeHtml(line.description ?? '')}<small>Quantity ${line.quantity ?? 1}</small></dt>
<dd>${money(line.amount_subtotal, currency)}</dd>`,
  );
  const discount = session.total_details?.amount_discount ?? 0;
  const name = details.discount?.coupon.name ?? details.discount?.coupon.id ?? '';
  const off = details.discount
    ? `<dt>Discount<small>${escapeHtml(name)}</small></dt><dd>−${money(discount, currency)}</dd>`
    : '';
  return `<dl>${rows.join('')}<div class="rule"></div><dt>Subtotal</dt>
<dd>${money(session.amount_subtotal ?? 0, currency)}</dd>${off}
<dt class="sum">Total due</dt><dd class="sum">${money(session.amount_total ?? 0, currency)}</dd></dl>`;
}

function promotion({ session, details, problem }: OpenPage): string {
  if (!session.allow_promotion_codes) return '';
  if (details.discount)
    return `<form method="post" class="promotion"><button name="action" value="remove">Remove the promotion code</button></form>`;
  const wrong = problem?.field === 'promotion_code' ? problem.message : undefined;
  const alert =
    wrong === undefined
      ? ''
      : `<p class="alert" role="alert" id="promotion-problem">${escapeHtml(wrong)}</p>`;
  const invalid = wrong === undefined ? '' : ' aria-invalid="true" aria-describedby="promotion-problem"';
  return `<form method="post" class="promotion"><div><label for="promotion_code">Promotion code</label>
<input type="text" id="promotion_code" name="promotion_code" autocomplete="off" required${invalid}></div>
<button name="action" value="apply">Apply</button></form>${alert}`;
}

function entry(page: OpenPage): string {
  const { session, details, problem, challengeUrl } = page;
  const wrong = problem?.field === 'card' ? problem.message : undefined;
  const alert =
    wrong === undefined
      ? ''
      : `<p class="alert" role="alert" tabindex="-1" autofocus>${escapeHtml(wrong)}</p>`;
  const waiting = challengeUrl
    ? `<p class="note">Your bank is waiting for you. <a href="${escapeHtml(challengeUrl)}">Continue there</a>, or pay in another way below.</p>`
    : '';
  const known = session.customer_details?.email;
  const email = known ?? details.entered.email;
  return `<h2 id="pay">${session.mode === 'setup' ? 'Your details' : 'Pay'}</h2>${alert}${waiting}
<form method="post" autocomplete="on">
<div class="field"><label for="email">E-mail</label><input type="email" id="email" name="email" autocomplete="email" required value="${escapeHtml(email)}"${known ? ' readonly' : ''}></div>
${session.mode === 'payment' && session.amount_total === 0 ? '' : methods(page)}
<button class="main" name="action" value="pay">${label(session)}</button></form>${hints(page)}`;
}

function methods({ session, details, problem }: OpenPage): string {
  const sepa = session.payment_method_types.includes('sepa_debit');
  const card = !sepa || session.payment_method_types.includes('card');
  const both = sepa && card;
  const required = both ? '' : ' required';
  const invalid = problem?.field === 'card' ? ' aria-invalid="true"' : '';
  const choice = both
    ? `<fieldset><legend>Payment method</legend><div class="choice">
<label><input type="radio" name="type" value="card" checked> Card</label>
<label><input type="radio" name="type" value="sepa_debit"> SEPA Direct Debit</label></div></fieldset>`
    : `<input type="hidden" name="type" value="${card ? 'card' : 'sepa_debit'}">`;
  const cardFields = `<div class="card_fields"><div class="field"><label for="number">Card number</label>
<input type="text" id="number" name="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234"${required}${invalid}></div>
<div class="pair"><div class="field"><label for="expiry">Expiry (MM / YY)</label><input type="text" id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY"${required}></div>
<div class="field"><label for="cvc">CVC</label><input type="text" id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC"${required}></div></div></div>`;
  const sepaFields = `<div class="sepa_debit"><div class="field"><label for="iban">IBAN</label>
<input type="text" id="iban" name="iban" autocomplete="off" placeholder="DE00 0000 0000 0000 0000 00"${required}${invalid}></div>
<p class="quiet">By paying you allow the shop to debit this account, under a SEPA mandate.</p></div>`;
  return `${choice}${card ? cardFields : ''}${sepa ? sepaFields : ''}
<div class="field"><label for="name">Full name</label><input type="text" id="name" name="name" autocomplete="name" required value="${escapeHtml(details.entered.name)}"></div>`;
}

function label(session: Session): string {
  if (session.mode === 'setup') return 'Save';
  const amount = money(session.amount_total ?? 0, session.currency ?? '');
  if (session.amount_total === 0) return 'Complete order';
  if (session.submit_type === 'book') return `Book for ${amount}`;
  if (session.submit_type === 'donate') return `Donate ${amount}`;
  return `Pay ${amount}`;
}

function hints({ session }: OpenPage): string {
  if (session.mode === 'payment' && session.amount_total === 0) return '';
  const rows = [
    ['4242 4242 4242 4242', 'succeeds'],
    ['4000 0000 0000 0002', 'is declined'],
    ['4000 0000 0000 3220', 'asks for authentication'],
  ];
  const sepa = session.payment_method_types.includes('sepa_debit')
    ? [['AT61 1904 3002 3457 3201', 'succeeds']]
    : [];
  const table = [...rows, ...sepa]
    .map(([number, what]) => `<tr><td>${number}</td><td>${what}</td></tr>`)
    .join('');
  return `<details class="back quiet"><summary>Test numbers</summary><table>${table}</table>
<p>Any future date, any CVC. No money moves.</p></details>`;
}
