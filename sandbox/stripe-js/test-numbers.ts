import { notImplemented, StripeError } from '../http/stripe-error.js';
import { cardNamed } from '../payments/cards.js';
import type { Params } from '../validate/validate-params.js';

/** Stripe's test card numbers, and the test payment method that each stands for (`pm_card_…`). */
const TEST_NUMBERS: Readonly<Record<string, string>> = {
  '4242424242424242': 'visa',
  '4000056655665556': 'visa_debit',
  '5555555555554444': 'mastercard',
  '2223003122003222': 'mastercard',
  '5200828282828210': 'mastercard_debit',
  '5105105105105100': 'mastercard_prepaid',
  '378282246310005': 'amex',
  '371449635398431': 'amex',
  '6011111111111117': 'discover',
  '3056930009020004': 'diners',
  '3566002020360505': 'jcb',
  '6200000000000005': 'unionpay',
  '4000000000000002': 'chargeDeclined',
  '4000000000009995': 'chargeDeclinedInsufficientFunds',
  '4000000000009987': 'chargeDeclinedLostCard',
  '4000000000009979': 'chargeDeclinedStolenCard',
  '4000000000000069': 'chargeDeclinedExpiredCard',
  '4000000000000127': 'chargeDeclinedIncorrectCvc',
  '4000000000000119': 'chargeDeclinedProcessingError',
  '4000000000006975': 'chargeDeclinedVelocityLimitExceeded',
  '4000000000000341': 'chargeCustomerFail',
  '4100000000000019': 'radarBlock',
  '4000000000000101': 'cvcCheckFail',
  '4000000000003220': 'threeDSecure2Required',
  '4000000000003063': 'threeDSecureRequired',
  '4000008400001629': 'threeDSecureRequiredChargeDeclined',
  '4000000000003055': 'threeDSecureOptional',
  '4000002500003155': 'authenticationRequiredOnSetup',
  '4000002760003184': 'authenticationRequired',
  '4000003800000446': 'authenticationRequiredSetupForOffSession',
  '4000008260003178': 'authenticationRequiredChargeDeclinedInsufficientFunds',
  '4000000000000077': 'bypassPending',
  '4000000000007726': 'pendingRefund',
  '4000000000005126': 'refundFail',
  '4000000000000259': 'createDispute',
  '4000000000002685': 'createDisputeProductNotReceived',
  '4000000000001976': 'createDisputeInquiry',
  '4000000000005423': 'createIssuerFraudRecord',
};

/** Parameters with each card number replaced by its test token. Throws what Stripe says of a number that is wrong. */
export function withTestToken(params: Params): Params {
  const entries = Object.entries(params).map(([name, value]) => {
    if (name === 'payment_method_data') return [name, withTestToken(value as Params)];
    return [name, name === 'card' && isCard(value) ? { token: tokenFor(value) } : value];
  });
  return Object.fromEntries(entries) as Params;
}

interface CardParams {
  number: string;
  exp_month?: number;
  exp_year?: number;
}

function isCard(value: unknown): value is CardParams {
  return typeof value === 'object' && value !== null && 'number' in value;
}

function tokenFor({ number, exp_month: month = 0, exp_year: year = 0 }: CardParams): string {
  const digits = number.replaceAll(/[ -]/g, '');
  if (!passesLuhn(digits)) throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  if (month < 1 || month > 12)
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  if (year % 100 < 24)
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  const name = TEST_NUMBERS[digits];
  if (name === undefined) throw notATestCard();
  if (cardNamed(`pm_card_${name}`) === undefined) throw notImplemented(`the test card ${digits}`);
  return `tok_${name}`;
}

function passesLuhn(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function cardError(code: string, message: string, param: string): StripeError {
  return new StripeError(402, { type: 'card_error', code, message, param });
}

function notATestCard(): StripeError {
  return new StripeError(402, {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'test_mode_live_card',
    message:
      'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
  });
}
