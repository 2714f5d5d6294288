import { confirmCard, confirmWithElements, createPaymentMethod, handleNextAction } from './confirm.js';
import { Element, IntegrationError } from './element.js';
import { Elements, retrieve } from './elements.js';
import { languageOf } from './texts.js';

const { currentScript } = document;
/** Where this script came from: its frames and its API are there too. */
const BASE = new URL(currentScript instanceof HTMLScriptElement ? currentScript.src : location.href).origin;

/**
 * The sandbox's stand-in for Stripe.js: the same names, the same results, as far as it goes.
 * @param {string} key @param {{ stripeAccount?: string, locale?: string, apiVersion?: string }} [options]
 */
function Stripe(key, options = {}) {
  if (typeof key !== 'string' || key === '')
    throw new IntegrationError('Missing value for Stripe(): apiKey should be a string.');
  if (!key.startsWith('pk_'))
    throw new IntegrationError(
      'You should not use your secret key with Stripe.js. Please pass a publishable key instead.',
    );
  /** @param {string | undefined} locale @returns {import('./api.js').Access} */
  const accessIn = (locale) => ({
    base: BASE,
    key,
    ...(options.stripeAccount !== undefined && { account: options.stripeAccount }),
    ...(options.apiVersion !== undefined && { version: options.apiVersion }),
    language: languageOf(locale),
  });
  const access = accessIn(options.locale);
  /** @param {any} how */
  const confirm = (how) => confirmWithElements(how.elements?.access ?? access, how);
  /** @param {string} clientSecret @param {any} [data] @param {any} [more] */
  const confirmWithCard = (clientSecret, data, more) =>
    confirmCard(access, clientSecret, { data, options: more });
  return {
    /** @param {any} [about] */
    elements: (about = {}) => new Elements(accessIn(about.locale ?? options.locale), about),
    confirmPayment: confirm,
    confirmSetup: confirm,
    confirmCardPayment: confirmWithCard,
    confirmCardSetup: confirmWithCard,
    /** @param {{ clientSecret: string }} how */
    handleNextAction: ({ clientSecret }) => handleNextAction(access, clientSecret),
    /** @param {string} clientSecret */
    handleCardAction: (clientSecret) => handleNextAction(access, clientSecret),
    /** @param {string} clientSecret */
    retrievePaymentIntent: async (clientSecret) => {
      const { object, error } = await retrieve(access, clientSecret);
      return error ? { error } : { paymentIntent: object };
    },
    /** @param {string} clientSecret */
    retrieveSetupIntent: async (clientSecret) => {
      const { object, error } = await retrieve(access, clientSecret);
      return error ? { error } : { setupIntent: object };
    },
    /** @param {any} how */
    createPaymentMethod: (how) => createPaymentMethod(access, how),
    /** @param {unknown} element @param {any} [data] */
    createToken: (element, data) => {
      if (!(element instanceof Element))
        throw new IntegrationError('The sandbox makes tokens of card Elements only. Stripe.js may do more.');
      return element.ask('createToken', { data });
    },
    registerAppInfo() {},
  };
}

Stripe.version = 3;
Object.assign(window, { Stripe });
