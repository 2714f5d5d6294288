import type Stripe from 'stripe';

/** Anything the API shows. Stored objects are never changed in place: an update stores a new one. */
export interface ApiObject {
  id?: string;
  object: string;
}

export interface StoredEvent {
  id: string;
  object: 'event';
  /** The connected account it happened on. */
  account?: string;
  api_version: string | null;
  created: number;
  data: { object: ApiObject; previous_attributes?: Record<string, unknown> };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: string;
}

/** The test card behind a payment method or a token. */
interface TestCard {
  id: string;
  card: string;
  /** Used without a customer, or detached: Stripe refuses it from then on. */
  spent: boolean;
  /** The customer has authenticated later payments without them. */
  setUp?: boolean;
  /** The intent that was authenticated and waits to be confirmed again. */
  authenticatedFor?: string | null;
}

/** The bank account or wallet behind a payment method that is not a card. */
interface TestAccount {
  id: string;
  iban: string | null;
  spent: boolean;
}

export interface EndpointSecret {
  id: string;
  secret: string;
  connect: boolean;
  builtIn: boolean;
}

export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  attempts: number;
  /** On the sandbox's clock, in milliseconds. */
  due: number;
  status: 'pending' | 'succeeded' | 'failed' | 'dropped';
  /** The HTTP status of the latest attempt; null when there was no answer. */
  lastStatus: number | null;
  lastError: string | null;
}

/** The sum of what becomes available together, per currency; `available_on` is 0 once it is. */
interface Funds {
  id: string;
  currency: string;
  available_on: number;
  net: number;
}

export interface Job {
  id: string;
  name: string;
  due: number;
  data: Record<string, string>;
  /** What Stripe does a moment later; `idle()` waits for these, never for calendar work. */
  soon: boolean;
}

/** What a GET of a path answers because a test said so. */
interface SeededObject {
  /** The path. */
  id: string;
  /** What is gone still has its kind and its id. */
  object: ApiObject;
  gone: boolean;
}

export interface StoredAnswer {
  id: string;
  method: string;
  path: string;
  form: string;
  status: number;
  /** The object that was answered, which costs nothing to keep, or the text of an error. */
  body: ApiObject | string;
  requestId: string;
  created: number;
}

/** The parts of a price that are shown only when `expand` asks for them. */
interface PriceTerms {
  id: string;
  /** Also holds the price's own currency. */
  currency_options: Record<string, Stripe.Price.CurrencyOptions>;
}

interface CouponTerms {
  id: string;
  /** Ids of products; undefined applies to all. */
  products: string[] | undefined;
  /** Also holds the coupon's own currency; empty for a percentage. */
  currency_options: Record<string, Stripe.Coupon.CurrencyOptions>;
}

interface PromotionCodeTerms {
  id: string;
  /** Also holds the own currency of the minimum; empty without a minimum. */
  currency_options: Record<string, Stripe.PromotionCode.Restrictions.CurrencyOptions>;
}

export interface CheckoutDiscount {
  id: string;
  /** As it was when it was applied. */
  coupon: Stripe.Coupon;
  promotionCode: string | null;
  start: number;
}

/** What a Checkout Session knows and does not show, or only when asked. */
export interface CheckoutDetails {
  id: string;
  lines: Stripe.LineItem[];
  discount: CheckoutDiscount | null;
  /** What its PaymentIntent will be made with. */
  payment: Stripe.PaymentIntentCreateParams | null;
  /** What was typed in the latest attempt. */
  entered: { email: string; name: string };
  /** Made in the first attempt; the session names it once it is complete. */
  customer: string | null;
}

/** What the API shows. */
interface ApiKinds {
  account: Stripe.Account;
  balance_transaction: Stripe.BalanceTransaction;
  charge: Stripe.Charge;
  'checkout.session': Stripe.Checkout.Session;
  coupon: Stripe.Coupon;
  customer: Stripe.Customer | Stripe.DeletedCustomer;
  dispute: Stripe.Dispute;
  early_fraud_warning: Stripe.Radar.EarlyFraudWarning;
  event: StoredEvent;
  mandate: Stripe.Mandate;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  price: Stripe.Price;
  product: Stripe.Product;
  promotion_code: Stripe.PromotionCode;
  refund: Stripe.Refund;
  setup_attempt: Stripe.SetupAttempt;
  setup_intent: Stripe.SetupIntent;
  token: Stripe.Token;
  webhook_endpoint: Stripe.WebhookEndpoint;
}

/** What the sandbox keeps for itself. */
interface OwnKinds {
  checkout_details: CheckoutDetails;
  coupon_terms: CouponTerms;
  price_terms: PriceTerms;
  promotion_code_terms: PromotionCodeTerms;
  test_account: TestAccount;
  test_card: TestCard;
  endpoint_secret: EndpointSecret;
  delivery: Delivery;
  funds: Funds;
  job: Job;
  idempotency_key: StoredAnswer;
  seeded_object: SeededObject;
}

/** Every kind of thing in the store. */
export type Kinds = ApiKinds & OwnKinds;
export type Kind = keyof Kinds;
export type ApiKind = keyof ApiKinds;

const OWN_KINDS: Record<keyof OwnKinds, true> = {
  checkout_details: true,
  coupon_terms: true,
  price_terms: true,
  promotion_code_terms: true,
  test_account: true,
  test_card: true,
  endpoint_secret: true,
  delivery: true,
  funds: true,
  job: true,
  idempotency_key: true,
  seeded_object: true,
};

export function isApiKind(kind: Kind): kind is ApiKind {
  return !Object.hasOwn(OWN_KINDS, kind);
}

/** Fields that lists filter by often enough to deserve an index. */
export const INDEXED: Partial<Record<Kind, readonly string[]>> = {
  charge: ['payment_intent', 'customer'],
  'checkout.session': ['customer', 'payment_intent', 'setup_intent'],
  delivery: ['event'],
  dispute: ['charge', 'payment_intent'],
  early_fraud_warning: ['charge', 'payment_intent'],
  mandate: ['payment_method'],
  payment_intent: ['customer'],
  payment_method: ['customer'],
  price: ['product', 'lookup_key'],
  refund: ['charge', 'payment_intent'],
  setup_attempt: ['setup_intent'],
  setup_intent: ['customer'],
  balance_transaction: ['source'],
};
