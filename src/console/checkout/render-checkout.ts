import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { type Checkout, checkoutStateOf, declineOf } from '../../domain/checkout-state.js';
import { requireCurrency } from '../../domain/currencies.js';
import { formatAmount } from '../../domain/money.js';
import type { OrderRow } from '../../domain/rows/order.js';

export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

export interface CheckoutSettings {
  publishableKey: string;
  /** Where Stripe.js is. */
  jsUrl: string;
  /** Where customers reach this service. */
  publicUrl: string;
  merchantName: string;
}

type Texts = Readonly<Record<string, string | Readonly<Record<string, string | Record<string, string>>>>>;

const views = fileURLToPath(new URL('./templates/', import.meta.url));
const eta = new Eta({ views, cache: true, autoEscape: true });
const texts = new Map(languages.map((language) => [language, readTexts(language)]));

interface CheckoutView {
  checkout: Checkout;
  language: Language;
  key: string;
  settings: CheckoutSettings;
}

/** The whole page; eta escapes every value, and what the script needs is data in an attribute. */
export function renderCheckout({ checkout, language, key, settings }: CheckoutView): string {
  const { order } = checkout;
  const merchant = settings.merchantName;
  const amount = money(order.total, order, language);
  const state = checkoutStateOf(checkout);
  const filled = fill(texts.get(language) ?? {}, { merchant, amount });
  const other = language === 'en' ? 'fr' : 'en';
  return eta.render('page.eta', {
    language,
    texts: filled,
    merchant,
    initial: [...merchant][0]?.toUpperCase() ?? '',
    amount,
    lines: order.items.map((item) => lineOf(item, order, language)),
    sums: sumsOf(order, filled, language),
    state,
    outcome: (filled.states as Record<string, unknown>)[state] ?? null,
    otherLanguage: { code: other, href: `?${new URLSearchParams({ key, lang: other })}` },
    data: JSON.stringify({
      state,
      decline: declineOf(checkout),
      hasPayment: checkout.payment !== null,
      language,
      merchant,
      publishableKey: settings.publishableKey,
      jsUrl: settings.jsUrl,
      returnUrl: returnUrl(settings.publicUrl, { id: order._id, key, language }),
      texts: filled,
    }),
  });
}

/** The same for an order that does not exist and for a wrong key. */
export function renderNotFound(language: Language): string {
  return eta.render('not-found.eta', { language, texts: texts.get(language) ?? {} });
}

function returnUrl(publicUrl: string, { id, key, language }: { id: string; key: string; language: string }) {
  return `${publicUrl.replace(/\/$/, '')}/checkout/${id}?${new URLSearchParams({ key, lang: language })}`;
}

function lineOf(item: OrderRow['items'][number], order: OrderRow, language: Language) {
  const { name, quantity, unitAmount, amount } = item;
  return {
    name,
    many: quantity > 1,
    quantity: new Intl.NumberFormat(language).format(quantity),
    unitAmount: money(unitAmount, order, language),
    amount: money(amount, order, language),
  };
}

function sumsOf(order: OrderRow, labels: Texts, language: Language) {
  const total = { label: labels.total, amount: money(order.total, order, language), strong: true };
  if (order.discount === 0 && order.tax === 0) return [total];
  const parts = [
    { label: labels.subtotal, sum: order.subtotal },
    ...(order.discount === 0 ? [] : [{ label: labels.discount, sum: -order.discount }]),
    ...(order.tax === 0 ? [] : [{ label: labels.tax, sum: order.tax }]),
  ];
  const lines = parts.map(({ label, sum }) => ({
    label,
    amount: money(sum, order, language),
    strong: false,
  }));
  return [...lines, total];
}

function money(amount: number, { currency }: OrderRow, language: Language): string {
  return formatAmount(amount, requireCurrency(currency), language);
}

/** Placeholders are filled in one pass, so that a merchant's name that looks like one stays a name. */
function fill(labels: Texts, values: Readonly<Record<string, string>>): Texts {
  const text = JSON.stringify(labels, (_key, value: unknown) =>
    typeof value === 'string'
      ? value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
      : value,
  );
  return JSON.parse(text) as Texts;
}

function readTexts(language: Language): Texts {
  return JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as Texts;
}
