import type { CardBehaviour } from './cards.js';
import * as declines from './declines.js';
import { CARDS_BY_COUNTRY } from './test-cards-by-country.js';

/** A number, its names after `pm_card_` and `tok_`, and what is special about it. */
export type TestCardRow = readonly [number: string, names: readonly string[], behaviour?: CardBehaviour];

const BRANDED: readonly TestCardRow[] = [
  ['4242424242424242', ['visa', 'us'], { fingerprint: 'w4XDzQOFakih5EZM' }],
  ['4000056655665556', ['visa_debit'], { funding: 'debit' }],
  ['5555555555554444', ['mastercard']],
  ['2223003122003222', []],
  ['5200828282828210', ['mastercard_debit'], { funding: 'debit' }],
  ['5105105105105100', ['mastercard_prepaid'], { funding: 'prepaid' }],
  ['371449635398431', ['amex'], { authentication: 'unsupported', fingerprint: 'fc7Vm9iFcBBfgPgA' }],
  ['378282246310005', ['amex_threeDSecureNotSupported'], { authentication: 'unsupported' }],
  ['6011111111111117', ['discover']],
  ['6011000990139424', []],
  ['6011981111111113', [], { funding: 'debit' }],
  ['3056930009020004', ['diners']],
  ['36227206271667', []],
  ['3566002020360505', ['jcb']],
  ['6200000000000005', ['unionpay'], { country: 'CN' }],
  ['6200000000000047', [], { country: 'CN', funding: 'debit' }],
  ['6205500000000000004', [], { country: 'CN' }],
  [
    '4000002500001001',
    ['visa_cartesBancaires'],
    { country: 'FR', funding: 'debit', otherNetworks: ['cartes_bancaires'] },
  ],
  [
    '5555552500001001',
    ['mastercard_cartesBancaires'],
    { country: 'FR', funding: 'debit', otherNetworks: ['cartes_bancaires'] },
  ],
];

const DECLINED: readonly TestCardRow[] = [
  ['4000000000000002', ['chargeDeclined'], { decline: declines.GENERIC_DECLINE }],
  ['4000000000009995', ['chargeDeclinedInsufficientFunds'], { decline: declines.INSUFFICIENT_FUNDS }],
  ['4000000000009987', ['chargeDeclinedLostCard'], { decline: declines.LOST_CARD }],
  ['4000000000009979', ['chargeDeclinedStolenCard'], { decline: declines.STOLEN_CARD }],
  ['4000000000000069', ['chargeDeclinedExpiredCard'], { decline: declines.EXPIRED_CARD }],
  ['4000000000000127', ['chargeDeclinedIncorrectCvc'], { decline: declines.INCORRECT_CVC }],
  ['4000000000000119', ['chargeDeclinedProcessingError'], { decline: declines.PROCESSING_ERROR }],
  ['4000000000006975', ['chargeDeclinedVelocityLimitExceeded'], { decline: declines.VELOCITY_EXCEEDED }],
  ['4000000000000341', ['chargeCustomerFail'], { decline: declines.GENERIC_DECLINE, attaches: true }],
];

const BLOCKED: CardBehaviour = { decline: declines.FRAUDULENT, attaches: true, risk: 'highest' };

const SUSPECT: readonly TestCardRow[] = [
  ['4100000000000019', ['radarBlock', 'chargeDeclinedFraudulent'], BLOCKED],
  ['4000000000004954', ['riskLevelHighest'], BLOCKED],
  ['4000000000009235', ['riskLevelElevated'], { risk: 'elevated' }],
  ['4000000000000101', ['cvcCheckFail'], { checks: { cvc_check: 'fail' } }],
  ['4000000000000036', ['avsZipFail'], { checks: { address_postal_code_check: 'fail' } }],
  ['4000000000000028', ['avsLine1Fail'], { checks: { address_line1_check: 'fail' } }],
  [
    '4000000000000010',
    ['avsFail'],
    { checks: { address_line1_check: 'fail', address_postal_code_check: 'fail' } },
  ],
  [
    '4000000000000044',
    ['avsUnchecked'],
    { checks: { address_line1_check: 'unavailable', address_postal_code_check: 'unavailable' } },
  ],
];

const AUTHENTICATING: readonly TestCardRow[] = [
  ['4000002500003155', ['authenticationRequiredOnSetup'], { country: 'FR', authentication: 'unless_set_up' }],
  [
    '4000002760003184',
    ['authenticationRequired'],
    { country: 'DE', authentication: 'always', fingerprint: 'qu2JxQg97yWGBVrd' },
  ],
  [
    '4000003800000446',
    ['authenticationRequiredSetupForOffSession'],
    { country: 'IT', authentication: 'set_up' },
  ],
  [
    '4000008260003178',
    ['authenticationRequiredChargeDeclinedInsufficientFunds'],
    {
      country: 'GB',
      authentication: 'unless_set_up',
      attaches: true,
      decline: declines.INSUFFICIENT_FUNDS,
    },
  ],
  ['4000000000003220', ['threeDSecure2Required'], { authentication: 'always' }],
  ['4000000000003063', ['threeDSecureRequired'], { authentication: 'always' }],
  [
    '4000008400001629',
    ['threeDSecureRequiredChargeDeclined'],
    { authentication: 'always', attaches: true, decline: declines.GENERIC_DECLINE },
  ],
  ['4000000000003055', ['threeDSecureOptional'], { authentication: 'optional' }],
];

const LATER: readonly TestCardRow[] = [
  ['4000000000000077', ['bypassPending'], { bypassesPending: true }],
  ['4000003720000278', ['bypassPendingInternational'], { country: 'IE', bypassesPending: true }],
  ['4000000000000259', ['createDispute'], { dispute: 'fraudulent' }],
  ['4000000000002685', ['createDisputeProductNotReceived'], { dispute: 'product_not_received' }],
  ['4000000000001976', ['createDisputeInquiry'], { dispute: 'inquiry' }],
  ['4000000000005423', ['createIssuerFraudRecord'], { dispute: 'early_fraud_warning' }],
  ['4000000000007726', ['pendingRefund'], { refund: 'pending' }],
  ['4000000000005126', ['refundFail'], { refund: 'failed' }],
];

/** Stripe's test cards. */
export const TEST_CARDS: readonly TestCardRow[] = [
  ...BRANDED,
  ...DECLINED,
  ...SUSPECT,
  ...AUTHENTICATING,
  ...LATER,
  ...CARDS_BY_COUNTRY,
];
