import { Channel } from './channel.js';
import { applyAppearance } from './frame/appearance.js';
import { CardForm } from './frame/card-form.js';
import { CardPart } from './frame/card-part.js';
import { PaymentForm } from './frame/payment-form.js';
import { send } from './frame/send.js';

/**
 * @typedef {{ error?: { type: string, code: string, message: string } }} Checked
 * @typedef {{ show(): Checked, details(): any, change(): any, focus(): void, clear(): void,
 *   options(options: any): void }} PaymentFields
 */

const about = new URLSearchParams(location.hash.slice(1));
const type = about.get('type') ?? 'card';
/** @type {import('./texts.js').Language} */
const language = about.get('language') === 'fr' ? 'fr' : 'en';
document.documentElement.lang = language;
const form = /** @type {HTMLFormElement} */ (document.forms[0]);

/** @type {PaymentFields | undefined} */
let fields;
/** @type {import('./api.js').Access | undefined} */
let access;

/** @param {string} event @param {any} [detail] */
const tell = (event, detail) => channel.send({ event, detail });

/** @param {any} message */
function init(message) {
  access = message.access;
  applyAppearance(message.appearance, message.options.style);
  const about = { form, language, options: message.options, types: message.types ?? ['card'], type };
  fields =
    type === 'payment' ? new PaymentForm(about) : type === 'card' ? new CardForm(about) : new CardPart(about);
  form.addEventListener('input', () => tell('change', fields?.change()));
  form.addEventListener('focusin', () => tell('focus'));
  form.addEventListener('focusout', () => tell('blur'));
  form.addEventListener('keydown', (event) => event.key === 'Escape' && tell('escape'));
  form.addEventListener('submit', (event) => event.preventDefault());
  new ResizeObserver(() => channel.send({ event: 'height', height: form.offsetHeight })).observe(form);
  channel.send({ event: 'height', height: form.offsetHeight });
  tell('ready');
}

/** @type {Record<string, (message: any) => unknown>} */
const actions = {
  init,
  update: ({ appearance, options }) => {
    applyAppearance(appearance, options.style);
    fields?.options(options);
  },
  focus: () => fields?.focus(),
  blur: () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
  clear: () => {
    fields?.clear();
    tell('change', fields?.change());
  },
  submit: () => fields?.show(),
  createPaymentMethod: ({ data }) => send({ access, fields, data, as: 'paymentMethod' }),
  createToken: ({ data }) => send({ access, fields, data, as: 'token' }),
};

const channel = new Channel({
  peer: () => window.parent,
  origin: about.get('origin') ?? '',
  onMessage: async ({ action, id, ...message }) => {
    const result = await actions[action]?.(message);
    if (id !== undefined) channel.send({ reply: id, result });
  },
});
tell('loaded');
