import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { requireCurrency } from '../../domain/currencies.js';
import { formatAmount } from '../../domain/money.js';

/** Amounts in minor units; dates in UTC. */
export interface ReceiptInput {
  /** Null for a payment without an order: the receipt then has no items. */
  order: ReceiptOrder | null;
  payment: {
    id: string;
    amount: number;
    currency: string;
    paidAt: Date;
    /** As Stripe names it (`visa`). */
    cardBrand?: string | null;
    cardLast4?: string | null;
  };
  merchantName: string;
  recipient: string;
}

export interface ReceiptOrder {
  id: string;
  items: readonly { name: string; quantity: number; unitAmount: number; amount: number }[];
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
  currency: string;
  locale: string;
}

export interface RenderedReceipt {
  subject: string;
  text: string;
  html: string;
}

const LOCALES = ['en', 'fr'] as const;
type ReceiptLocale = (typeof LOCALES)[number];
type Labels = Readonly<Record<string, string>>;

const BRANDS: Readonly<Record<string, string>> = {
  amex: 'American Express',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  discover: 'Discover',
  eftpos_au: 'eftpos',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

const templates = fileURLToPath(new URL('./templates/', import.meta.url));
const htmlEngine = new Eta({ views: templates, cache: true, autoEscape: true });
const textEngine = new Eta({ views: templates, cache: true, autoEscape: false });
const labelsByLocale = new Map(LOCALES.map((locale) => [locale, readLabels(locale)]));

/**
 * Renders a receipt in the order's locale (`en` for one that is not translated), with amounts in the order's
 * currency. HTML escapes every value; no value can begin a line or a header of its own.
 */
export function renderReceipt(input: ReceiptInput): RenderedReceipt {
  const view = receiptView(input);
  const text = textEngine.render('receipt.text.eta', view);
  return {
    subject: view.subject,
    html: htmlEngine.render('receipt.html.eta', view),
    text: `${text.replaceAll(/\n{3,}/g, '\n\n').trim()}\n`,
  };
}

function receiptView(input: ReceiptInput) {
  const { payment, order } = input;
  const locale = receiptLocale(order?.locale);
  const templateLabels = labelsByLocale.get(locale) ?? {};
  const values = {
    merchant: oneLine(input.merchantName),
    recipient: oneLine(input.recipient),
    amount: money(payment.amount, payment.currency, locale),
    date: dateInWords(payment.paidAt, locale),
  };
  const labels = Object.fromEntries(
    Object.entries(templateLabels).map(([name, label]) => [name, fill(label, values)]),
  );
  return {
    locale,
    labels,
    subject: labels.subject ?? '',
    merchantName: values.merchant,
    paid: values.amount,
    items: (order?.items ?? []).map((item) => itemView(item, order?.currency ?? payment.currency, locale)),
    sums: order === null ? [] : sumLines(order, labels, locale),
    facts: facts(input, labels, values),
  };
}

function itemView(item: ReceiptOrder['items'][number], currency: string, locale: ReceiptLocale) {
  return {
    name: oneLine(item.name),
    quantity: new Intl.NumberFormat(locale).format(item.quantity),
    unitAmount: money(item.unitAmount, currency, locale),
    amount: money(item.amount, currency, locale),
  };
}

function sumLines(order: ReceiptOrder, labels: Labels, locale: ReceiptLocale) {
  const total = { label: labels.total, amount: money(order.total, order.currency, locale), strong: true };
  if (order.discount === 0 && order.tax === 0) return [total];
  const parts = [
    { label: labels.subtotal, sum: order.subtotal },
    ...(order.discount === 0 ? [] : [{ label: labels.discount, sum: -order.discount }]),
    ...(order.tax === 0 ? [] : [{ label: labels.tax, sum: order.tax }]),
  ];
  const lines = parts.map(({ label, sum }) => {
    return { label, amount: money(sum, order.currency, locale), strong: false };
  });
  return [...lines, total];
}

function facts(input: ReceiptInput, labels: Labels, { amount, date }: { amount: string; date: string }) {
  const { cardBrand, cardLast4, id } = input.payment;
  const lines = [
    { label: labels.paid, value: amount },
    { label: labels.date, value: date },
  ];
  if (cardBrand && cardLast4) {
    const brand = BRANDS[cardBrand] ?? cardBrand;
    const value = fill(labels.card ?? '', { brand: oneLine(brand), last4: oneLine(cardLast4) });
    lines.push({ label: labels.paidWith, value });
  }
  if (input.order !== null) lines.push({ label: labels.order, value: oneLine(input.order.id) });
  lines.push({ label: labels.payment, value: oneLine(id) });
  return lines;
}

function money(amount: number, currency: string, locale: ReceiptLocale): string {
  return formatAmount(amount, requireCurrency(currency), locale);
}

function dateInWords(date: Date, locale: ReceiptLocale): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(date)} UTC`;
}

/** Placeholders are filled in one pass, so that a value that looks like one stays a value. */
function fill(label: string, values: Readonly<Record<string, string>>): string {
  return label.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** Control and direction characters would let a name write lines of its own, or turn a text around. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').trim();
}

function receiptLocale(locale: string | undefined): ReceiptLocale {
  const language = locale?.toLowerCase().split(/[-_]/)[0];
  return LOCALES.find((known) => known === language) ?? 'en';
}

function readLabels(locale: ReceiptLocale): Labels {
  return JSON.parse(readFileSync(new URL(`./locales/${locale}.json`, import.meta.url), 'utf8'));
}
