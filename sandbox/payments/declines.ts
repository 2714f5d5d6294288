/** Why a card does not pay. */
export interface Decline {
  code: string;
  /** Only `card_declined` and `authentication_required` come with one; the other codes say it all. */
  declineCode?: string;
  param?: string;
  message: string;
  /** Radar refused it, and the bank was never asked. */
  blocked?: boolean;
}

const refused = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});

export const DECLINED = refused('generic_decline');
export const INSUFFICIENT_FUNDS = refused('insufficient_funds', 'Your card has insufficient funds.');
/** The customer is told no more than that: Stripe hides what would warn a thief. */
export const LOST = refused('lost_card');
export const STOLEN = refused('stolen_card');
export const TOO_OFTEN = refused(
  'card_velocity_exceeded',
  'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
);
export const BLOCKED: Decline = { ...refused('fraudulent'), blocked: true };
/** A real card, in test mode. */
export const LIVE_CARD = refused(
  'test_mode_live_card',
  'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
);

export const EXPIRED: Decline = {
  code: 'expired_card',
  param: 'exp_month',
  message: 'Your card has expired.',
};
export const INCORRECT_CVC: Decline = {
  code: 'incorrect_cvc',
  param: 'cvc',
  message: "Your card's security code is incorrect.",
};
export const PROCESSING_ERROR: Decline = {
  code: 'processing_error',
  message: 'An error occurred while processing your card. Try again in a little bit.',
};
export const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};
