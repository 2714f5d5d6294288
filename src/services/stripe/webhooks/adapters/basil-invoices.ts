import { at, type Fields, idIn, isRecord, type Rule } from './adapter.js';
import { priceOf, singleDiscount, taxAmounts } from './basil-shapes.js';

/**
 * What an invoice is of stands in `parent`, and taxes have another shape. What paid it is in `payments`, which no event
 * carries: of an invoice that is no draft any more, `payment_intent` and `charge` are fetched.
 * https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects
 * https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices
 */
export const invoice: Rule = {
  moved: {
    subscription: 'parent.subscription_details.subscription',
    subscription_details: 'parent.subscription_details',
    subscription_proration_date: 'parent.subscription_details.subscription_proration_date',
    quote: 'parent.quote_details.quote',
    paid: 'status',
    paid_out_of_band: 'status, and payments once it is paid',
    payment_intent: 'payments',
    charge: 'payments',
    discount: 'discounts',
    tax: 'total_taxes',
    total_tax_amounts: 'total_taxes',
  },
  read: (object) => ({
    ...originOf(object.parent),
    ...paymentOf(object),
    ...taxOf(object.total_taxes),
    discount: singleDiscount(object.discounts),
  }),
  emptied: ['parent', 'total_taxes'],
  untold: ['application_fee_amount', 'transfer_data'],
};

function originOf(parent: unknown): Fields {
  if (parent === null) return { subscription: null, subscription_details: null, quote: null };
  const details = at(parent, 'subscription_details');
  const subscription = idIn(at(details, 'subscription'));
  if (at(parent, 'type') !== 'subscription_details' || !isRecord(details) || !subscription) {
    // Of a quote's invoice, whether it is a subscription's too does not stand there.
    const quote = idIn(at(parent, 'quote_details', 'quote'));
    return { subscription: undefined, subscription_details: undefined, quote };
  }
  const date = details.subscription_proration_date;
  return {
    subscription,
    subscription_details: { metadata: details.metadata ?? null },
    quote: idIn(at(parent, 'quote_details', 'quote')) ?? null,
    ...(date === undefined ? {} : { subscription_proration_date: date }),
  };
}

/** "The PaymentIntent is generated when the invoice is finalized" (the docstring at acacia). */
function paymentOf({ status, payments }: Fields): Fields {
  const known = typeof status === 'string' || status === null;
  const paid = known ? status === 'paid' : undefined;
  const told = { paid, paid_out_of_band: paid === false ? false : undefined };
  if (status === 'draft') return { ...told, payment_intent: null, charge: null };
  const data = at(payments, 'data');
  const all = Array.isArray(data) && at(payments, 'has_more') === false;
  if (all && data.length === 0) return { ...told, payment_intent: null, charge: null };
  const payment = all && data.length === 1 ? at(data[0], 'payment') : undefined;
  if (at(payment, 'type') === 'charge') {
    return { ...told, payment_intent: null, charge: idIn(at(payment, 'charge')) };
  }
  // Of a PaymentIntent's charges, the latest is not named.
  return { ...told, payment_intent: idIn(at(payment, 'payment_intent')), charge: undefined };
}

/** "This is the sum of all the tax amounts on this invoice" (the docstring at acacia); null without any. */
function taxOf(taxes: unknown): Fields {
  const amounts = taxAmounts(taxes);
  if (!amounts) return { tax: undefined, total_tax_amounts: undefined };
  const sum = amounts.reduce((total, { amount }) => total + Number(amount), 0);
  return { tax: amounts.length === 0 ? null : sum, total_tax_amounts: amounts };
}

/** https://docs.stripe.com/changelog/basil/2025-03-31/invoice-pricing-configurations */
export const invoiceLine: Rule = {
  moved: {
    type: 'parent.type',
    subscription: 'parent.*.subscription',
    subscription_item: 'parent.*.subscription_item',
    invoice_item: 'parent.*.invoice_item',
    proration: 'parent.*.proration',
    proration_details: 'parent.*.proration_details',
    price: 'pricing.price_details.price',
    tax_amounts: 'taxes',
  },
  read: ({ parent, pricing, taxes }) => ({
    ...lineOriginOf(parent),
    price: priceOf(pricing),
    tax_amounts: taxAmounts(taxes),
  }),
  emptied: ['parent', 'pricing', 'taxes'],
  untold: ['plan', 'tax_rates', 'amount_excluding_tax', 'unit_amount_excluding_tax'],
};

const LINE_TYPES: Readonly<Record<string, string>> = {
  subscription_item_details: 'subscription',
  invoice_item_details: 'invoiceitem',
};

function lineOriginOf(parent: unknown): Fields {
  const place = at(parent, 'type');
  const type = typeof place === 'string' && Object.hasOwn(LINE_TYPES, place) ? LINE_TYPES[place] : undefined;
  const details = type === undefined ? undefined : at(parent, String(place));
  const { subscription_item: item, invoice_item: invoiceItemId, ...rest } = isRecord(details) ? details : {};
  return {
    type,
    subscription: rest.subscription,
    proration: rest.proration,
    proration_details: rest.proration_details,
    // At acacia these are left out where they do not apply.
    ...(typeof item === 'string' ? { subscription_item: item } : {}),
    ...(typeof invoiceItemId === 'string' ? { invoice_item: invoiceItemId } : {}),
  };
}

/** The pages of invoice and lines tell of items too. */
export const invoiceItem: Rule = {
  moved: {
    subscription: 'parent.subscription_details.subscription',
    subscription_item: 'parent.subscription_details.subscription_item',
    price: 'pricing.price_details.price',
    unit_amount: 'pricing.unit_amount_decimal',
    unit_amount_decimal: 'pricing.unit_amount_decimal',
  },
  read: ({ parent, pricing }) => {
    const decimal = at(pricing, 'unit_amount_decimal');
    const item = at(parent, 'subscription_details', 'subscription_item');
    return {
      subscription: parent === null ? null : idIn(at(parent, 'subscription_details', 'subscription')),
      ...(typeof item === 'string' ? { subscription_item: item } : {}),
      price: priceOf(pricing),
      unit_amount: wholeAmount(decimal),
      unit_amount_decimal: decimal,
    };
  },
  emptied: ['parent', 'pricing'],
  untold: ['plan'],
};

/** Minor units; undefined for a fraction of one. */
function wholeAmount(decimal: unknown): number | null | undefined {
  if (decimal === null) return null;
  return typeof decimal === 'string' && /^-?\d{1,15}(\.0+)?$/.test(decimal) ? Number(decimal) : undefined;
}

/** Several refunds may be of one note, says the changelog of stripe@18.0.0; for taxes, see the shapes. */
export const creditNote: Rule = {
  moved: { refund: 'refunds[].refund', tax_amounts: 'total_taxes' },
  read: ({ refunds, total_taxes: taxes }) => ({ refund: refundOf(refunds), tax_amounts: taxAmounts(taxes) }),
  emptied: ['refunds', 'total_taxes'],
};

function refundOf(refunds: unknown): string | null | undefined {
  if (!Array.isArray(refunds) || refunds.length > 1) return;
  return refunds.length === 0 ? null : idIn(at(refunds[0], 'refund'));
}

export const creditNoteLine: Rule = {
  moved: { tax_amounts: 'taxes' },
  read: ({ taxes }) => ({ tax_amounts: taxAmounts(taxes) }),
  emptied: ['taxes'],
  untold: ['amount_excluding_tax', 'unit_amount_excluding_tax'],
};
