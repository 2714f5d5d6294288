import { callApi } from './api.js';
import { Element, IntegrationError } from './element.js';
import { intentOf, retrieve } from './elements.js';
import { showChallenge } from './show-challenge.js';
import { localised } from './texts.js';

/**
 * @typedef {import('./api.js').Access} Access
 * @typedef {{ clientSecret: string, params: object, handleActions?: boolean }} Confirmation
 */

const RESULT = /** @type {const} */ ({ payment_intent: 'paymentIntent', setup_intent: 'setupIntent' });
const LAST_ERROR = /** @type {const} */ ({
  payment_intent: 'last_payment_error',
  setup_intent: 'last_setup_error',
});

/** The page is being left: whoever waits must not go on. @returns {Promise<never>} */
const leaving = () => new Promise(() => {});

/** Confirms, shows the bank's page when it asks for it, and tells how it ended. */
/** @param {Access} access @param {Confirmation} confirmation @returns {Promise<any>} */
export async function confirmIntent(access, { clientSecret, params, handleActions = true }) {
  const { path } = intentOf(clientSecret);
  const outcome = await callApi(access, {
    method: 'POST',
    path: `${path}/confirm`,
    params: { client_secret: clientSecret, use_stripe_sdk: true, ...params },
  });
  if (outcome.error) return { error: outcome.error };
  return handleActions
    ? followAction(access, clientSecret, outcome.object)
    : resultOf(access, outcome.object);
}

/** @param {Access} access @param {string} clientSecret */
export async function handleNextAction(access, clientSecret) {
  const { object, error } = await retrieve(access, clientSecret);
  return error ? { error } : followAction(access, clientSecret, object);
}

/** @param {Access} access @param {string} clientSecret @param {any} intent @returns {Promise<any>} */
async function followAction(access, clientSecret, intent) {
  if (intent.status !== 'requires_action') return resultOf(access, intent);
  const action = intent.next_action;
  if (action.type === 'redirect_to_url') {
    location.assign(action.redirect_to_url.url);
    return leaving();
  }
  const url = action.type === 'use_stripe_sdk' ? action.use_stripe_sdk.stripe_js : undefined;
  if (typeof url !== 'string') return resultOf(access, intent);
  await showChallenge(access, url);
  const after = await retrieve(access, clientSecret);
  return after.error ? { error: after.error } : resultOf(access, after.object);
}

/** @param {Access} access @param {any} intent */
function resultOf(access, intent) {
  const kind = /** @type {keyof typeof RESULT} */ (intent.object);
  const failure = intent.status === 'requires_payment_method' ? intent[LAST_ERROR[kind]] : null;
  if (failure) return { error: { ...localised(failure, access.language), [kind]: intent } };
  return { [RESULT[kind]]: intent };
}

/**
 * `confirmPayment` and `confirmSetup`.
 * @param {Access} access
 * @param {{ elements?: import('./elements.js').Elements, clientSecret?: string, confirmParams?: any,
 *   redirect?: 'always' | 'if_required' }} options
 */
export async function confirmWithElements(access, { elements, clientSecret, confirmParams = {}, redirect }) {
  const secret = clientSecret ?? elements?.options.clientSecret;
  const { payment_method_data: data, return_url: returnUrl, ...params } = confirmParams;
  if (secret === undefined) throw new IntegrationError('Missing value for clientSecret.');
  if (redirect !== 'if_required' && returnUrl === undefined)
    throw new IntegrationError('confirmParams.return_url is required when redirect is not if_required.');
  const method = elements ? await methodOf(elements, data) : {};
  if (method.error) return { error: method.error };
  const confirmed = { ...params, ...method.params, return_url: returnUrl };
  const result = await confirmIntent(access, { clientSecret: secret, params: confirmed });
  if (result.error || redirect === 'if_required') return result;
  location.assign(returnAddress(returnUrl, result, secret));
  return leaving();
}

/** @param {import('./elements.js').Elements} elements @param {any} data @returns {Promise<any>} */
async function methodOf(elements, data) {
  const element = elements.getElement('payment') ?? elements.getElement('card');
  if (!element) throw new IntegrationError('Invalid value for elements: no payment Element is mounted.');
  if (elements.options.clientSecret === undefined && !elements.submitted)
    throw new IntegrationError('elements.submit() must be called before stripe.confirmPayment().');
  const { paymentMethod, error } = await element.ask('createPaymentMethod', { data });
  if (error) return { error };
  return { params: { payment_method: paymentMethod.id, ...mandateOf(paymentMethod.type) } };
}

/** A bank debit needs the customer's agreement, whose text the form shows. @param {string} type */
function mandateOf(type) {
  if (type !== 'sepa_debit') return {};
  return { mandate_data: { customer_acceptance: { type: 'online', online: { infer_from_client: true } } } };
}

/** @param {string} returnUrl @param {any} result @param {string} secret */
function returnAddress(returnUrl, result, secret) {
  const { kind } = intentOf(secret);
  const intent = result[RESULT[kind]];
  const url = new URL(returnUrl);
  url.searchParams.set(kind, intent.id);
  url.searchParams.set(`${kind}_client_secret`, secret);
  url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
  return url.href;
}

/**
 * `confirmCardPayment` and `confirmCardSetup`.
 * @param {Access} access @param {string} clientSecret
 * @param {{ data?: any, options?: { handleActions?: boolean } }} how
 */
export async function confirmCard(access, clientSecret, { data = {}, options = {} }) {
  const { payment_method: given, ...params } = data;
  const { id, error } = await cardMethod(access, given);
  if (error) return { error };
  const confirmed = { ...params, ...(id !== undefined && { payment_method: id }) };
  return confirmIntent(access, { clientSecret, params: confirmed, ...options });
}

/** An id, an element with the customer's details, or a token. @param {Access} access @param {any} given */
async function cardMethod(access, given) {
  if (given === undefined || typeof given === 'string') return { id: given };
  const { paymentMethod, error } = await createPaymentMethod(access, { ...given, type: 'card' });
  return error ? { error } : { id: paymentMethod.id };
}

/** @param {Access} access @param {any} options @returns {Promise<any>} */
export async function createPaymentMethod(access, { elements, params, ...data }) {
  if (elements) {
    const element = elements.getElement('payment') ?? elements.getElement('card');
    if (!element) throw new IntegrationError('Invalid value for elements: no payment Element is mounted.');
    return element.ask('createPaymentMethod', { data: params });
  }
  const { card, type, ...details } = data;
  if (card instanceof Element) return card.ask('createPaymentMethod', { data: details });
  const { object, error } = await callApi(access, {
    method: 'POST',
    path: '/v1/payment_methods',
    params: { type, card, ...details },
  });
  return error ? { error } : { paymentMethod: object };
}
