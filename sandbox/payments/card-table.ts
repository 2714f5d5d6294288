import type { Card } from './card.js';
import {
  BLOCKED,
  DECLINED,
  EXPIRED,
  INCORRECT_CVC,
  INSUFFICIENT_FUNDS,
  LOST,
  PROCESSING_ERROR,
  STOLEN,
  TOO_OFTEN,
} from './declines.js';

/**
 * A number, its names without `pm_card_` or `tok_`, and what differs from a credit card from the United States that pays. The
 * brand follows from the number.
 */
export type CardRow = readonly [number: string, names: readonly string[], details?: Partial<Card>];

const BRANDS: readonly CardRow[] = [
  ['4242424242424242', ['visa', 'us'], { fingerprint: 'w4XDzQOFakih5EZM' }],
  ['4000056655665556', ['visa_debit'], { funding: 'debit' }],
  ['5555555555554444', ['mastercard']],
  ['2223003122003222', []],
  ['5200828282828210', ['mastercard_debit'], { funding: 'debit' }],
  ['5105105105105100', ['mastercard_prepaid'], { funding: 'prepaid' }],
  ['371449635398431', ['amex'], { fingerprint: 'fc7Vm9iFcBBfgPgA' }],
  ['378282246310005', ['amex_threeDSecureNotSupported'], { authentication: 'unsupported' }],
  ['6011111111111117', ['discover']],
  ['6011000990139424', []],
  ['6011981111111113', ['discover_debit'], { funding: 'debit' }],
  ['3056930009020004', ['diners']],
  ['36227206271667', []],
  ['6555900000604105', []],
  ['3566002020360505', ['jcb'], { country: 'JP' }],
  ['3530111333300000', [], { country: 'JP' }],
  ['6200000000000005', ['unionpay'], { country: 'CN' }],
  ['6200000000000047', [], { country: 'CN', funding: 'debit' }],
  ['6205500000000000004', [], { country: 'CN' }],
  ['4000002500001001', ['visa_cartesBancaires'], { country: 'FR', coBrand: 'cartes_bancaires' }],
  ['5555552500001001', ['mastercard_cartesBancaires'], { country: 'FR', coBrand: 'cartes_bancaires' }],
  [
    '4000050360000001',
    ['visa_debit_eftposAuCoBranded'],
    { country: 'AU', coBrand: 'eftpos_au', funding: 'debit' },
  ],
  [
    '5555050360000080',
    ['mastercard_debit_eftposAuCoBranded'],
    { country: 'AU', coBrand: 'eftpos_au', funding: 'debit' },
  ],
];

/** `pm_card_fr` and so on: a card of that country which pays. */
const COUNTRIES: Readonly<Record<string, string>> = {
  ae: '4000007840000001',
  ar: '4000000320000021',
  at: '4000000400000008',
  au: '4000000360000006',
  be: '4000000560000004',
  bg: '4000001000000000',
  br: '4000000760000002',
  by: '4000001120000005',
  ca: '4000001240000000',
  ch: '4000007560000009',
  cl: '4000001520000001',
  cn: '4000001560000002',
  co: '4000001700000003',
  cr: '4000001880000005',
  cy: '4000001960000008',
  cz: '4000002030000002',
  de: '4000002760000016',
  dk: '4000002080000001',
  ec: '4000002180000000',
  ee: '4000002330000009',
  es: '4000007240000007',
  fi: '4000002460000001',
  fr: '4000002500000003',
  gb: '4000008260000000',
  gi: '4000002920000005',
  gr: '4000003000000030',
  hk: '4000003440000004',
  hr: '4000001910000009',
  hu: '4000003480000005',
  ie: '4000003720000005',
  in: '4000003560000008',
  it: '4000003800000008',
  jp: '4000003920000003',
  li: '4000004380000004',
  lt: '4000004400000000',
  lu: '4000004420000006',
  lv: '4000004280000005',
  mt: '4000004700000007',
  mx: '4000004840008001',
  my: '4000004580000002',
  nl: '4000005280000002',
  no: '4000005780000007',
  nz: '4000005540000008',
  pa: '4000005910000000',
  pe: '4000006040000068',
  pl: '4000006160000005',
  pt: '4000006200000007',
  py: '4000006000000066',
  ro: '4000006420000001',
  sa: '4000006820000007',
  se: '4000007520000008',
  sg: '4000007020000003',
  si: '4000007050000006',
  sk: '4000007030000001',
  th_credit: '4000007640000003',
  tw: '4000001580000008',
  uy: '4000008580000003',
};

const MORE_OF_COUNTRIES: readonly CardRow[] = [
  ['5200007840000022', ['ae_mastercard'], { country: 'AE' }],
  ['4000058260000005', ['gb_debit'], { country: 'GB', funding: 'debit' }],
  ['5555558265554449', ['gb_mastercard'], { country: 'GB' }],
  ['4000057640000008', ['th_debit'], { country: 'TH', funding: 'debit' }],
];

const DECLINES: readonly CardRow[] = [
  ['4000000000000002', ['chargeDeclined', 'visa_chargeDeclined'], { decline: DECLINED }],
  [
    '4000000000009995',
    ['chargeDeclinedInsufficientFunds', 'visa_chargeDeclinedInsufficientFunds'],
    { decline: INSUFFICIENT_FUNDS },
  ],
  ['4000000000009987', ['chargeDeclinedLostCard', 'visa_chargeDeclinedLostCard'], { decline: LOST }],
  ['4000000000009979', ['chargeDeclinedStolenCard', 'visa_chargeDeclinedStolenCard'], { decline: STOLEN }],
  ['4000000000000069', ['chargeDeclinedExpiredCard'], { decline: EXPIRED }],
  ['4000000000000127', ['chargeDeclinedIncorrectCvc'], { decline: INCORRECT_CVC, checks: { cvc: 'fail' } }],
  ['4000000000000119', ['chargeDeclinedProcessingError'], { decline: PROCESSING_ERROR }],
  [
    '4000000000006975',
    ['chargeDeclinedVelocityLimitExceeded', 'visa_chargeDeclinedVelocityLimitExceeded'],
    { decline: TOO_OFTEN },
  ],
  ['4000000000000341', ['chargeCustomerFail'], { decline: DECLINED, attaches: true }],
];

/** Radar asks no bank about what it blocks, and blocks payments only. */
const RISKS: readonly CardRow[] = [
  [
    '4100000000000019',
    ['radarBlock', 'chargeDeclinedFraudulent', 'visa_chargeDeclinedFraudulent'],
    { decline: BLOCKED, attaches: true, risk: 'highest' },
  ],
  ['4000000000004954', ['riskLevelHighest'], { decline: BLOCKED, attaches: true, risk: 'highest' }],
  ['4000000000009235', ['riskLevelElevated'], { risk: 'elevated' }],
  ['4000000000000101', ['cvcCheckFail'], { checks: { cvc: 'fail' } }],
  ['4000000000000036', ['avsZipFail'], { checks: { postalCode: 'fail' } }],
  ['4000000000000028', ['avsLine1Fail'], { checks: { line1: 'fail' } }],
  ['4000000000000010', ['avsFail'], { checks: { line1: 'fail', postalCode: 'fail' } }],
  ['4000000000000044', ['avsUnchecked'], { checks: { line1: 'unavailable', postalCode: 'unavailable' } }],
  ['4000058400307872', ['cvcCheckFailElevatedRisk'], { checks: { cvc: 'fail' }, risk: 'elevated' }],
  ['4000058400306072', ['avsZipFailElevatedRisk'], { checks: { postalCode: 'fail' }, risk: 'elevated' }],
];

const AUTHENTICATION: readonly CardRow[] = [
  ['4000002500003155', ['authenticationRequiredOnSetup'], { country: 'FR', authentication: 'unless_set_up' }],
  [
    '4000002760003184',
    ['authenticationRequired'],
    { country: 'DE', authentication: 'always', fingerprint: 'qu2JxQg97yWGBVrd' },
  ],
  [
    '4000003800000446',
    ['authenticationRequiredSetupForOffSession'],
    { country: 'IT', authentication: 'on_session' },
  ],
  [
    '4000008260003178',
    ['authenticationRequiredChargeDeclinedInsufficientFunds'],
    { country: 'GB', authentication: 'always', decline: INSUFFICIENT_FUNDS, attaches: true },
  ],
  ['4000000000003220', ['threeDSecure2Required'], { country: 'IE', authentication: 'always' }],
  ['4000008400000027', [], { authentication: 'always' }],
  ['4000000000003063', ['threeDSecureRequired'], { authentication: 'always' }],
  [
    '4000008400001629',
    ['threeDSecureRequiredChargeDeclined'],
    { authentication: 'always', decline: DECLINED, attaches: true },
  ],
  [
    '4000008400001280',
    ['threeDSecureRequiredProcessingError'],
    { authentication: 'error', decline: DECLINED, attaches: true },
  ],
  ['4000000000003055', ['threeDSecureOptional'], { authentication: 'on_request' }],
  ['4000000000003097', ['threeDSecureOptionalProcessingError'], { authentication: 'error' }],
  ['4000000032200000', [], { country: 'IE', authentication: 'frictionless' }],
  // Their special pages exist in mobile apps only.
  ['4000582600000094', [], { authentication: 'always' }],
  ['4000582600000045', [], { authentication: 'always' }],
  ['4000582600000102', [], { authentication: 'always' }],
  ['4000582600000110', [], { authentication: 'always' }],
];

const AFTERWARDS: readonly CardRow[] = [
  ['4000000000000259', ['createDispute'], { dispute: 'fraudulent' }],
  ['4000000000002685', ['createDisputeProductNotReceived'], { dispute: 'product_not_received' }],
  ['4000000000001976', ['createDisputeInquiry'], { dispute: 'inquiry' }],
  ['4000000000005423', ['createIssuerFraudRecord'], { dispute: 'early_fraud_warning' }],
  ['4000000000007726', ['pendingRefund'], { refund: 'pending' }],
  ['4000000000005126', ['refundFail'], { refund: 'failed' }],
  ['4000000000000077', ['bypassPending'], { bypassesPending: true }],
  ['4000003720000278', ['bypassPendingInternational'], { country: 'IE', bypassesPending: true }],
];

export const CARD_ROWS: readonly CardRow[] = [
  ...BRANDS,
  ...Object.entries(COUNTRIES).map(
    ([name, number]): CardRow => [number, [name], { country: name.slice(0, 2).toUpperCase() }],
  ),
  ...MORE_OF_COUNTRIES,
  ...DECLINES,
  ...RISKS,
  ...AUTHENTICATION,
  ...AFTERWARDS,
];

/** Test cards of Stripe's whose outcome the sandbox cannot bring about. */
export const UNBUILT: Readonly<Record<string, string>> = {
  createCe3EligibleDispute: '4000000404000038',
  createComplianceDispute: '4000008400000779',
  createMultipleDisputes: '4000000404000079',
};
