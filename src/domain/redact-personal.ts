/** Whose values say who somebody is, how to reach them, or with what they pay. */
const PERSONAL: ReadonlySet<string> = new Set([
  ...['email', 'name', 'phone', 'address', 'shipping', 'description', 'receipt_email', 'receipt_number'],
  ...['customer_email', 'customer_name', 'customer_phone', 'customer_address', 'customer_shipping'],
  ...[
    'customer_tax_ids',
    'tax_ids',
    'individual',
    'owner',
    'verified_name',
    'verified_email',
    'email_address',
  ],
  ...['evidence', 'ip_address', 'ip', 'user_agent', 'last4', 'dynamic_last4', 'fingerprint', 'iban_last4'],
  ...['receipt_url', 'hosted_invoice_url', 'invoice_pdf', 'hosted_verification_url', 'url', 'custom_fields'],
  ...[
    'cardholder_name',
    'account_holder_name',
    'buyer_id',
    'payer_email',
    'payer_name',
    'payer_id',
    'tax_id',
  ],
]);
/** A name of these is the name of a thing. */
const THINGS: ReadonlySet<string> = new Set([
  'product',
  'coupon',
  'plan',
  'price',
  'promotion_code',
  'tax_rate',
]);

/**
 * A Stripe object, or a whole event, without what is personal. Ids, types, amounts, currencies, times, statuses, codes
 * and our own metadata stay: they are what lanes, ranks and reads go by. Never changes what it is given.
 */
export function redactPersonal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactPersonal);
  if (typeof value !== 'object' || value === null) return value;
  const thing = 'object' in value && typeof value.object === 'string' && THINGS.has(value.object);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => {
      if (key === 'metadata') return [key, ownMetadata(member)];
      const personal = PERSONAL.has(key) && !(thing && (key === 'name' || key === 'description'));
      return [key, personal ? null : redactPersonal(member)];
    }),
  );
}

/** What callers write there may be anything. */
function ownMetadata(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith('guichet_')));
}
