export interface Decline {
  code: string;
  declineCode?: string;
  param?: string;
  message: string;
}

export interface Card {
  brand: 'visa' | 'mastercard' | 'amex';
  last4: string;
  fingerprint: string;
  country: string;
  /** What happens to a payment; undefined succeeds. */
  decline?: Decline;
  /** The bank asks the customer to authenticate each payment. */
  challenges?: boolean;
  /** Attaching it to a customer works even though paying does not. */
  attaches?: boolean;
  /** Its funds are available at once. */
  bypassesPending?: boolean;
  /** What the cardholder or the issuer says a moment after the capture. */
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry' | 'early_fraud_warning';
  /** Pending, and succeeded a moment later; or succeeded, and failed a moment later. */
  refund?: 'pending' | 'failed';
}

const DECLINED: Decline = {
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: 'Your card was declined.',
};

const INSUFFICIENT_FUNDS: Decline = {
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
};

/** Here the code is its own, and only `card_declined` comes with a decline code. */
const EXPIRED: Decline = {
  code: 'expired_card',
  param: 'exp_month',
  message: 'Your card has expired.',
};

const visa = (last4: string, fingerprint: string): Card => ({
  brand: 'visa',
  last4,
  fingerprint,
  country: 'US',
});

const CARDS: Readonly<Record<string, Card>> = {
  pm_card_visa: visa('4242', 'w4XDzQOFakih5EZM'),
  pm_card_mastercard: { brand: 'mastercard', last4: '4444', fingerprint: 'gWqSAlnKGJbrRrDq', country: 'US' },
  pm_card_amex: { brand: 'amex', last4: '8431', fingerprint: '6ia7kqVOmsQSJyUN', country: 'US' },
  pm_card_chargeDeclined: { ...visa('0002', 'gIuFkEXmYCDbkDsr'), decline: DECLINED },
  pm_card_chargeDeclinedInsufficientFunds: {
    ...visa('9995', 'YiJXPJ4hWrSuNxZ1'),
    decline: INSUFFICIENT_FUNDS,
  },
  pm_card_chargeDeclinedExpiredCard: { ...visa('0069', 'fpyYmWQ5gLEjXVRP'), decline: EXPIRED },
  pm_card_bypassPending: { ...visa('0077', 'pDoDvZ8o2vHcUEbY'), bypassesPending: true },
  pm_card_createDispute: { ...visa('0259', 'Yd3Lk0WcVb6XhRtP'), dispute: 'fraudulent' },
  pm_card_createDisputeProductNotReceived: {
    ...visa('2685', 'mJ7wQe5NzC1uGfTa'),
    dispute: 'product_not_received',
  },
  pm_card_createDisputeInquiry: { ...visa('1976', 'kR9sBv2HoX4yPdLi'), dispute: 'inquiry' },
  pm_card_createIssuerFraudRecord: { ...visa('5423', 'tF8aZm6EqU3nWcJy'), dispute: 'early_fraud_warning' },
  pm_card_pendingRefund: { ...visa('7726', 'oG5rDx1SvK7bMhQe'), refund: 'pending' },
  pm_card_refundFail: { ...visa('5126', 'zP4tYn9CjA2wLfRu'), refund: 'failed' },
  pm_card_chargeCustomerFail: { ...visa('0341', 'zwd0zBnEVT9SVOFZ'), decline: DECLINED, attaches: true },
  pm_card_threeDSecure2Required: { ...visa('3220', 'mg2nWbWzSVVnA8Gk'), challenges: true },
};

const ALIASES: Readonly<Record<string, string>> = {
  pm_card_visa_chargeDeclined: 'pm_card_chargeDeclined',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'pm_card_chargeDeclinedInsufficientFunds',
};

/** The card behind a test name such as `pm_card_visa` or `tok_visa`. */
export function cardNamed(name: string): string | undefined {
  const method = name.startsWith('tok_') ? `pm_card_${name.slice(4)}` : name;
  const card = ALIASES[method] ?? method;
  return Object.hasOwn(CARDS, card) ? card : undefined;
}

export function cardOf(name: string): Card {
  const card = CARDS[name];
  if (!card) throw new Error(`no test card ${name}`);
  return card;
}
