import type { Decline } from './cards.js';

const DECLINED = 'Your card was declined.';

const refused = (declineCode: string, message: string): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});

export const GENERIC_DECLINE = refused('generic_decline', DECLINED);
export const INSUFFICIENT_FUNDS = refused('insufficient_funds', 'Your card has insufficient funds.');
export const LOST_CARD = refused('lost_card', DECLINED);
export const STOLEN_CARD = refused('stolen_card', DECLINED);
export const FRAUDULENT = refused('fraudulent', DECLINED);
export const VELOCITY_EXCEEDED = refused(
  'card_velocity_exceeded',
  'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
);

/** These codes are their own: only `card_declined` comes with a decline code. */
export const EXPIRED_CARD: Decline = {
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

/** How an error of the API tells it. */
export function declineDetails({ code, declineCode, message, param }: Decline) {
  return {
    code,
    ...(declineCode !== undefined && { decline_code: declineCode }),
    message,
    ...(param !== undefined && { param }),
  };
}
