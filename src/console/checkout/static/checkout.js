/**
 * The checkout page. The server knows how the order stands; this script shows it, places Stripe's fields, and asks the
 * server again whenever it cannot be sure.
 *
 * @typedef {{ state: string, decline: { code: string | null, declineCode: string | null } | null,
 *   clientSecret?: string | null }} Standing
 */

const root = /** @type {HTMLElement} */ (document.getElementById('checkout'));
const about = JSON.parse(root.dataset.checkout ?? '{}');
const { texts } = about;
const key = new URLSearchParams(location.search).get('key');

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (element('form'));
const pay = /** @type {HTMLButtonElement} */ (element('pay'));
const retry = /** @type {HTMLButtonElement} */ (element('retry'));
const problem = element('problem');
const progress = element('progress');
const outcome = element('outcome');

const POLL_MS = 4000;
const RETRY_MS = 3000;
const MAX_RETRY_MS = 20_000;
const SCRIPT_MS = 15_000;

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The service could not say how things stand. */
class Unreachable extends Error {
  /** Why, for the customer. */
  text = texts.problems.unreachable;
  /** It will not say sooner. */
  afterMs = 0;
}

/** Too many cards were declined, or too much was asked. @param {Response} response */
function tooMany(response) {
  const seconds = Number(response.headers.get('Retry-After')) || 60;
  const text = texts.problems.tooMany.replace('{minutes}', String(Math.ceil(seconds / 60)));
  return Object.assign(new Unreachable(), { text, afterMs: seconds * 1000 });
}

/**
 * Calls an endpoint of this page. Throws Unreachable for what may be different in a moment.
 * @param {'payment' | 'state'} name @param {object} [body] @returns {Promise<Standing>}
 */
async function call(name, body = {}) {
  const response = await fetch(`${location.pathname.replace(/\/$/, '')}/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key, ...body }),
  }).catch(() => null);
  if (response?.ok) return response.json();
  if (response?.status === 429) throw tooMany(response);
  throw new Unreachable();
}

/** Until there is an answer: a payment that may have succeeded must not be tried again on a guess. */
/** @param {() => Promise<Standing>} ask */
async function insist(ask) {
  for (let delay = RETRY_MS; ; delay = Math.min(delay * 2, MAX_RETRY_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      complain(error.text);
      await Promise.race([wait(Math.max(delay, error.afterMs)), retryPressed()]);
      complain('');
    }
  }
}

function retryPressed() {
  retry.hidden = false;
  return new Promise((resolve) => {
    retry.onclick = () => {
      retry.hidden = true;
      resolve(undefined);
    };
  }).finally(() => {
    retry.hidden = true;
  });
}

/** @param {string} text */
function complain(text) {
  problem.textContent = text;
  if (text === '') retry.hidden = true;
}

/** @param {string} text */
function tellProgress(text) {
  progress.textContent = text;
}

/** @param {{ code?: string | null, declineCode?: string | null, decline_code?: string | null }} error */
function explain(error) {
  const codes = [error.declineCode, error.decline_code, error.code];
  const known = codes.find((code) => code && Object.hasOwn(texts.declines, code));
  return known ? texts.declines[known] : texts.problems.generic;
}

/** Shows an order that has nothing left to pay, and follows one that waits for the bank. @param {string} state */
function showOutcome(state) {
  const { title, text } = texts.states[state];
  outcome.className = `outcome ${state}`;
  const [heading, paragraph] = [outcome.querySelector('h3'), outcome.querySelector('p')];
  if (heading) heading.textContent = title;
  if (paragraph) paragraph.textContent = text;
  outcome.hidden = false;
  form.hidden = true;
  form.querySelector('#element')?.replaceChildren();
  complain('');
  tellProgress('');
  outcome.focus();
  if (state === 'processing') void follow(state);
}

/** @param {string} shown */
async function follow(shown) {
  for (;;) {
    await wait(POLL_MS);
    const standing = await call('state').catch(() => null);
    if (!standing || standing.state === shown) continue;
    outcome.hidden = true;
    return settle(standing);
  }
}

/** What the server says is what is shown. @param {Standing} standing @returns {Promise<void>} */
async function settle({ state, decline }) {
  if (state !== 'to_pay') return showOutcome(state);
  return offerPayment(decline ? explain(decline) : '');
}

/** @type {Promise<any> | undefined} */
let stripeLoading;

/** Loads Stripe.js from the address that the service gave. Rejects when it does not come. */
function loadStripe() {
  stripeLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const failed = () => {
      script.remove();
      stripeLoading = undefined;
      reject(new Error('Stripe.js did not load'));
    };
    const timer = setTimeout(failed, SCRIPT_MS);
    script.src = about.jsUrl;
    script.onload = () => {
      clearTimeout(timer);
      resolve(/** @type {any} */ (window).Stripe(about.publishableKey, { locale: about.language }));
    };
    script.onerror = failed;
    document.head.append(script);
  });
  return stripeLoading;
}

/** Shows the form, with what went wrong before. @param {string} complaint @returns {Promise<void>} */
async function offerPayment(complaint) {
  tellProgress(texts.loading);
  for (;;) {
    try {
      const loading = loadStripe();
      // Looked at below; until then a failure is not unhandled.
      loading.catch(() => {});
      const standing = await insist(() => call('payment'));
      if (standing.state !== 'to_pay' || !standing.clientSecret) return settle(standing);
      await placeFields(await loading, standing.clientSecret);
      complain(complaint);
      return;
    } catch {
      tellProgress('');
      complain(texts.problems.noScriptFile);
      await retryPressed();
      complain('');
      tellProgress(texts.loading);
    }
  }
}

const appearance = {
  theme: 'stripe',
  variables: { colorPrimary: '#3a3fd4', colorText: '#1b1f33', borderRadius: '8px', fontSizeBase: '16px' },
};

/** @param {any} stripe @param {string} clientSecret */
async function placeFields(stripe, clientSecret) {
  const elements = stripe.elements({ clientSecret, appearance, locale: about.language });
  const fields = elements.create('payment', { layout: 'tabs', business: { name: about.merchant } });
  form.hidden = false;
  await new Promise((resolve, reject) => {
    fields.on('ready', resolve);
    fields.on('loaderror', () => reject(new Error('the fields did not load')));
    fields.mount('#element');
  });
  tellProgress('');
  enable(true);
  form.onsubmit = (event) => {
    event.preventDefault();
    void submit(stripe, elements);
  };
}

/** @param {boolean} enabled */
function enable(enabled) {
  pay.disabled = !enabled;
  pay.setAttribute('aria-busy', String(!enabled));
}

let underWay = false;

/** One try to pay. A second click, or Enter, while it is under way does nothing. @param {any} stripe @param {any} elements */
async function submit(stripe, elements) {
  if (underWay) return;
  underWay = true;
  enable(false);
  complain('');
  try {
    const { error: incomplete } = await elements.submit();
    if (incomplete) return;
    tellProgress(texts.confirming);
    const { error } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: about.returnUrl },
      redirect: 'if_required',
    });
    await afterTry(error);
  } finally {
    underWay = false;
    tellProgress('');
    enable(true);
  }
}

/** Stripe.js may have lost its connection after the bank said yes: only the server's word counts. @param {any} error */
async function afterTry(error) {
  if (error?.type === 'validation_error') return;
  tellProgress(texts.checking);
  const standing = await insist(() => call('state', { refresh: true }));
  if (standing.state !== 'to_pay') return showOutcome(standing.state);
  const known = error && error.type !== 'api_connection_error' ? error : standing.decline;
  complain(known ? explain(known) : error ? texts.problems.unreachable : texts.problems.unfinished);
  problem.focus();
}

/** Takes what Stripe added to the address away: a client secret must not stay in the history. */
function cleanAddress() {
  const query = new URLSearchParams(location.search);
  const returned = query.has('payment_intent') || query.has('redirect_status');
  for (const name of [...query.keys()]) if (name !== 'key' && name !== 'lang') query.delete(name);
  history.replaceState(null, '', `${location.pathname}?${query}`);
  return returned;
}

async function start() {
  const returned = cleanAddress();
  if (about.state === 'processing') return follow('processing');
  if (about.state !== 'to_pay') return;
  if (!about.hasPayment) return offerPayment('');
  tellProgress(texts.checking);
  const standing = await insist(() => call('state', { refresh: true }));
  if (standing.state !== 'to_pay') return showOutcome(standing.state);
  const complaint = standing.decline ? explain(standing.decline) : returned ? texts.problems.unfinished : '';
  return offerPayment(complaint);
}

void start();
