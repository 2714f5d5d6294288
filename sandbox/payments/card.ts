import type { Decline } from './declines.js';

export type Brand = 'amex' | 'diners' | 'discover' | 'jcb' | 'mastercard' | 'unionpay' | 'visa';

type Check = 'fail' | 'unavailable';

export interface Card {
  number: string;
  brand: Brand;
  last4: string;
  fingerprint: string;
  country: string;
  funding: 'credit' | 'debit' | 'prepaid';
  /** A second network that the card belongs to. */
  coBrand?: 'cartes_bancaires' | 'eftpos_au';
  /** What happens to a payment; undefined succeeds. */
  decline?: Decline;
  /** Attaching it to a customer works even though paying does not. */
  attaches?: boolean;
  /**
   * When the bank asks the customer to authenticate: at each use; at each but off-session uses of a card that was set up;
   * at each but off-session uses; when the merchant requests it. Or what becomes of such a request instead.
   */
  authentication:
    | 'always'
    | 'unless_set_up'
    | 'on_session'
    | 'on_request'
    | 'frictionless'
    | 'acknowledged'
    | 'error'
    | 'unsupported';
  /** What the bank says of the address and the security code; undefined passes. */
  checks: { line1?: Check; postalCode?: Check; cvc?: Check };
  risk: 'normal' | 'elevated' | 'highest';
  /** Its funds are available at once. */
  bypassesPending?: boolean;
  /** What the cardholder or the issuer says a moment after the capture. */
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry' | 'early_fraud_warning';
  /** Pending, and succeeded a moment later; or succeeded, and failed a moment later. */
  refund?: 'pending' | 'failed';
}
