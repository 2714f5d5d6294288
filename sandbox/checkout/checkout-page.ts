import type Stripe from 'stripe';
import type { Answer, ApiRequest } from '../http/exchange.js';
import { decodeForm, type Form } from '../http/form.js';
import type { Page } from '../http/pages.js';
import { StripeError } from '../http/stripe-error.js';
import type { Store } from '../store/store.js';
import type { Transaction } from '../store/transaction.js';
import { messagePage, type OpenPage, openPage } from './checkout-html.js';
import { expireSession } from './complete-session.js';
import { changeDiscount, typedDiscount } from './discounts.js';
import type { Entered } from './entered-method.js';
import { checkTotal } from './new-session.js';
import { paySession } from './pay-session.js';

type Session = Stripe.Checkout.Session;

/** The API's words are for the shop. */
const NOT_AUTHENTICATED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** The hosted page of a session, at `/c/pay/{session}`. It needs no script: each button posts a form. */
export function checkoutPage(store: Store): Page {
  return (request) => {
    const id = request.path.split('/')[3] ?? '';
    const state = store.accounts.holderOf('checkout.session', id);
    if (!state) return messagePage(404, 'Nothing here', 'There is no Checkout Session at this address.');
    const begin = () => store.begin(undefined, state);
    const visit = { store, begin, id };
    expireIfLate(visit);
    if (request.method === 'POST') return post(visit, request);
    return show(visit, request);
  };
}

interface Visit {
  store: Store;
  begin: () => Transaction;
  id: string;
}

/** A job does this too; whoever is early on the page must not wait for it. */
function expireIfLate({ store, begin, id }: Visit): void {
  const tx = begin();
  const session = tx.require('checkout.session', id);
  if (session.status !== 'open' || session.expires_at > tx.now) return;
  expireSession(tx, session);
  store.commit(tx);
}

function post(visit: Visit, request: ApiRequest): Answer {
  const form = decodeForm(request.body);
  const { session } = load(visit);
  // A second click finds the work done: it goes where the first one went.
  if (session.status === 'complete') return toSuccess(session);
  if (session.status !== 'open') return closed(session);
  const field = text(form, 'action') === 'pay' ? 'card' : 'promotion_code';
  const message = attempt(visit, form, request.headers['user-agent']);
  const after = load(visit);
  if (after.session.status === 'complete') return toSuccess(after.session);
  if (message !== undefined) return openPage({ ...after, problem: { field, message } });
  if (field === 'card' && after.challengeUrl !== undefined) return seeOther(after.challengeUrl);
  return seeOther(after.session.url ?? '');
}

/** What stands in the way, for the customer to read. */
function attempt({ store, begin, id }: Visit, form: Form, agent: unknown): string | undefined {
  const tx = begin();
  try {
    const session = tx.require('checkout.session', id);
    if (text(form, 'action') === 'pay') paySession(tx, session, entered(form, agent));
    else changePromotion(tx, session, form);
    store.commit(tx);
    return undefined;
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    if (error.commits) store.commit(tx);
    return error.error.message;
  }
}

function changePromotion(tx: Transaction, session: Session, form: Form): void {
  const action = text(form, 'action');
  if (!session.allow_promotion_codes) return;
  const changed =
    action === 'remove'
      ? changeDiscount(tx, session, () => null)
      : changeDiscount(tx, session, (purchase) => typedDiscount(tx, text(form, 'promotion_code'), purchase));
  checkTotal(tx, changed.amount_total ?? 0, changed.currency ?? '');
}

function entered(form: Form, agent: unknown): Entered {
  return {
    type: text(form, 'type') || 'card',
    number: text(form, 'number'),
    expiry: text(form, 'expiry'),
    cvc: text(form, 'cvc'),
    iban: text(form, 'iban'),
    email: text(form, 'email').trim(),
    name: text(form, 'name').trim(),
    userAgent: typeof agent === 'string' ? agent : 'unknown',
  };
}

function text(form: Form, name: string): string {
  const value = form[name];
  return typeof value === 'string' ? value : '';
}

/** Also where the bank's page sends the customer back to, whatever they did there. */
function show(visit: Visit, request: ApiRequest): Answer {
  const page = load(visit);
  const { session } = page;
  if (session.status === 'open') {
    const message = page.failure;
    return openPage(message === undefined ? page : { ...page, problem: { field: 'card', message } });
  }
  const query = decodeForm(request.query);
  const intent = session.payment_intent ?? session.setup_intent;
  const returned =
    intent !== null && [text(query, 'payment_intent'), text(query, 'setup_intent')].includes(String(intent));
  return session.status === 'complete' && returned ? toSuccess(session) : closed(session);
}

function closed(session: Session): Answer {
  if (session.status === 'complete')
    return messagePage(200, 'All done', 'This Checkout Session is complete. You can close this page.');
  return messagePage(
    410,
    'Expired',
    'This Checkout Session has expired. Go back to the shop to start again.',
  );
}

/** What the page shows of a session and of its intent. */
function load({ begin, id }: Visit): OpenPage & { failure: string | undefined } {
  const tx = begin();
  const session = tx.require('checkout.session', id);
  const intent = intentOf(tx, session);
  const { business_profile: profile, settings } = tx.account;
  const error =
    intent && 'last_payment_error' in intent ? intent.last_payment_error : (intent?.last_setup_error ?? null);
  const waiting = intent?.status === 'requires_action';
  return {
    session,
    details: tx.require('checkout_details', id),
    shop: profile?.name || settings?.dashboard.display_name || 'Sandbox shop',
    challengeUrl: waiting ? intent?.next_action?.redirect_to_url?.url || undefined : undefined,
    failure: error?.code?.endsWith('_authentication_failure') ? NOT_AUTHENTICATED : error?.message,
  };
}

function intentOf(tx: Transaction, session: Session): Stripe.PaymentIntent | Stripe.SetupIntent | undefined {
  if (session.payment_intent !== null) return tx.get('payment_intent', session.payment_intent as string);
  return session.setup_intent === null ? undefined : tx.get('setup_intent', session.setup_intent as string);
}

function toSuccess(session: Session): Answer {
  const target = (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
  return seeOther(new URL(target).href);
}

function seeOther(url: string): Answer {
  return { status: 303, headers: { Location: url, 'Cache-Control': 'no-store' }, body: '' };
}
