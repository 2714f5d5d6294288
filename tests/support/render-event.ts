/**
 * Renders what an endpoint of our version gets as Stripe renders it for an endpoint of another: the inverse of
 * services/stripe/webhooks/adapters, written from Stripe's changelogs and sharing nothing with it.
 */

type Fields = Record<string, unknown>;
type Render = (object: Fields) => Fields;

interface EventLike {
  api_version?: string | null;
  data: { object: object };
}

/** The event as an endpoint of `version` gets it; a version that is unknown here changes the name alone. */
export function renderAs<T extends EventLike>(event: T, version: string | null): T {
  const object = renderObject(event.data.object as Fields, version);
  return { ...event, api_version: version, data: { ...event.data, object } };
}

/** The object in the shape of `version`, with what it holds of other kinds. */
export function renderObject(object: Fields, version: string | null): Fields {
  const name = version?.split('.')[1];
  const renders = name === 'clover' ? [basil, clover] : name === 'basil' ? [basil] : [];
  return renders.reduce((rendered, render) => walk(rendered, render) as Fields, object);
}

function walk(value: unknown, renders: Readonly<Record<string, Render>>): unknown {
  if (Array.isArray(value)) return value.map((inner) => walk(inner, renders));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    return [key, key === 'metadata' ? inner : walk(inner, renders)] as const;
  });
  const fields = Object.fromEntries(entries) as Fields;
  const render = typeof fields.object === 'string' && Object.hasOwn(renders, fields.object);
  return render ? (renders[String(fields.object)]?.(fields) ?? fields) : fields;
}

const idOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (value as Fields).id : value;

const basil: Readonly<Record<string, Render>> = {
  payment_intent: ({ invoice: _, ...rest }) => ({
    ...rest,
    ...(rest.cancellation_reason === 'automatic' ? { cancellation_reason: 'expired' } : {}),
  }),
  charge: ({ invoice: _, ...rest }) => rest,
  review: ({ ...rest }) => ({
    ...rest,
    closed_reason: rest.closed_reason === 'refunded' ? 'canceled' : rest.closed_reason,
    reason: rest.reason === 'refunded' ? 'canceled' : rest.reason,
  }),
  'checkout.session': ({ shipping_details: shipping, collected_information: _, ...rest }) => ({
    ...rest,
    collected_information: shipping ? { shipping_details: shipping } : null,
  }),
  subscription: basilSubscription,
  subscription_item: ({ billing_thresholds: _, ...rest }) => rest,
  price: (price) => {
    if (!price.recurring) return price;
    const { aggregate_usage: _, ...recurring } = price.recurring as Fields;
    return { ...price, recurring };
  },
  plan: ({ aggregate_usage: _, ...rest }) => rest,
  invoice: basilInvoice,
  line_item: basilLine,
  invoiceitem: ({ plan: _, price, subscription, subscription_item: item, unit_amount: __, ...rest }) => {
    const { unit_amount_decimal: decimal, ...others } = rest;
    const details = { subscription, ...(item ? { subscription_item: item } : {}) };
    return {
      ...others,
      parent: subscription ? { type: 'subscription_details', subscription_details: details } : null,
      pricing: pricingOf(price, decimal),
    };
  },
  credit_note: ({ refund, tax_amounts: taxes, ...rest }) => ({
    ...rest,
    refunds: refund ? [{ amount_refunded: rest.amount, refund }] : [],
    total_taxes: taxesOf(taxes),
  }),
  credit_note_line_item: ({ tax_amounts: taxes, ...rest }) => {
    const { amount_excluding_tax: _, unit_amount_excluding_tax: __, ...others } = rest;
    return { ...others, taxes: taxesOf(taxes) };
  },
};

const clover: Readonly<Record<string, Render>> = {
  discount: ({ coupon, ...rest }) => ({ ...rest, source: { type: 'coupon', coupon: idOf(coupon) } }),
  promotion_code: ({ coupon, ...rest }) => ({ ...rest, promotion: { type: 'coupon', coupon: idOf(coupon) } }),
  'checkout.session': ({ currency_conversion: _, ...rest }) => rest,
};

function basilSubscription(subscription: Fields): Fields {
  const {
    current_period_start,
    current_period_end,
    discount: _,
    billing_thresholds: __,
    ...rest
  } = subscription;
  const items = rest.items as { data: Fields[] };
  const data = items.data.map((item) => ({ ...item, current_period_start, current_period_end }));
  return { ...rest, items: { ...items, data } };
}

/** `payments` is left out: no event carries it. */
function basilInvoice(invoice: Fields): Fields {
  const { payment_intent, charge, paid, paid_out_of_band, application_fee_amount, ...a } = invoice;
  const { subscription, subscription_details, subscription_proration_date: date, quote, ...b } = a;
  const { discount, tax, total_tax_amounts: taxes, transfer_data, ...rest } = b;
  const { metadata } = (subscription_details ?? {}) as Fields;
  const details = { metadata, subscription, ...(date ? { subscription_proration_date: date } : {}) };
  const ofSubscription = { type: 'subscription_details', subscription_details: details, quote_details: null };
  const ofQuote = { type: 'quote_details', subscription_details: null, quote_details: { quote } };
  return {
    ...rest,
    parent: subscription ? ofSubscription : quote ? ofQuote : null,
    total_taxes: taxesOf(taxes),
  };
}

function basilLine(line: Fields): Fields {
  const { type, subscription, subscription_item, invoice_item, proration, proration_details, ...a } = line;
  const { price, plan: _, tax_amounts: taxes, tax_rates: __, ...b } = a;
  const { amount_excluding_tax: ___, unit_amount_excluding_tax: ____, ...rest } = b;
  const common = { proration, proration_details, subscription };
  const parent =
    type === 'subscription'
      ? { subscription_item_details: { ...common, subscription_item, invoice_item: invoice_item ?? null } }
      : { invoice_item_details: { ...common, invoice_item } };
  const unit = price ? (price as Fields).unit_amount_decimal : null;
  return {
    ...rest,
    parent: {
      type: Object.keys(parent)[0],
      invoice_item_details: null,
      subscription_item_details: null,
      ...parent,
    },
    pricing: pricingOf(price, unit),
    taxes: taxesOf(taxes),
  };
}

function pricingOf(price: unknown, decimal: unknown): Fields | null {
  if (!price) return null;
  const details = { price: idOf(price), product: idOf((price as Fields).product) };
  return { type: 'price_details', price_details: details, unit_amount_decimal: decimal ?? null };
}

function taxesOf(taxes: unknown): Fields[] {
  return ((taxes ?? []) as Fields[]).map(({ inclusive, tax_rate, taxability_reason: reason, ...rest }) => ({
    ...rest,
    tax_behavior: inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: idOf(tax_rate) },
    taxability_reason: reason ?? 'not_available',
    type: 'tax_rate_details',
  }));
}
