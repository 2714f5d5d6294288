import type Stripe from 'stripe';

export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
  setup_intent?: Stripe.SetupIntent;
}

/** An answer with an `error` in it. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly error: ErrorBody,
    /** A decline is an answer like any other: what it changed stays. */
    readonly commits = false,
  ) {
    super(error.message);
  }

  /** Stripe remembers an answer under its key only once the endpoint began to run. */
  get isValidation(): boolean {
    return this.error.code?.startsWith('parameter') ?? false;
  }
}

export function invalidRequest(
  message: string,
  details: { code?: string; param?: string } = {},
): StripeError {
  return new StripeError(400, { type: 'invalid_request_error', message, ...details });
}

export function notImplemented(what: string): StripeError {
  return invalidRequest(`The sandbox does not implement ${what} yet. Stripe does.`, {
    code: 'sandbox_not_implemented',
  });
}

/** How Stripe spells kinds in "No such …". */
const NAMES: Record<string, string> = {
  balance_transaction: 'balance transaction',
  early_fraud_warning: 'early fraud warning',
  payment_method: 'PaymentMethod',
  promotion_code: 'promotion code',
  setup_attempt: 'setupattempt',
  setup_intent: 'setupintent',
  webhook_endpoint: 'webhook endpoint',
};

/** 404 when the id is in the path, 400 when it is in the body. */
export function resourceMissing(kind: string, id: string, param?: string): StripeError {
  return missing({ kind, id, param, hint: kind === 'payment_method' ? connectHint(kind) : '' });
}

/** The same for an object of a connected account, when the platform asks for it without naming that account. */
export function existsElsewhere(kind: string, id: string, param?: string): StripeError {
  return missing({ kind, id, param, hint: connectHint(kind) });
}

function connectHint(kind: string): string {
  return `; It's possible this ${NAMES[kind] ?? kind} exists on one of your connected accounts, in which case you should retry this request on that connected account. Learn more at https://stripe.com/docs/connect/authentication`;
}

function missing({
  kind,
  id,
  param,
  hint,
}: {
  kind: string;
  id: string;
  param: string | undefined;
  hint: string;
}) {
  return new StripeError(param === undefined ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${NAMES[kind] ?? kind}: '${id}'${hint}`,
    param: param ?? PATH_PARAMS[kind] ?? 'id',
  });
}

const PATH_PARAMS: Record<string, string> = {
  'checkout.session': 'session',
  coupon: 'coupon',
  payment_intent: 'intent',
  payment_method: 'payment_method',
  price: 'price',
  promotion_code: 'promotion_code',
  refund: 'refund',
  setup_intent: 'intent',
  webhook_endpoint: 'webhook_endpoint',
};

export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}
