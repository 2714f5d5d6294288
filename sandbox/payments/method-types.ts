import type Stripe from 'stripe';
import { invalidRequest, notImplemented } from '../http/stripe-error.js';
import { accountDetails, checkIban } from './iban.js';

/** What a method of one type needs and shows, beside cards. */
interface MethodType {
  /** Must be given, as paths such as `billing_details[name]`. */
  required?: readonly string[];
  details?: (given: Record<string, string>) => object;
}

/** The business identifier of each bank that iDEAL knows. */
const BICS: Readonly<Record<string, string>> = {
  abn_amro: 'ABNANL2A',
  asn_bank: 'ASNBNL21',
  bunq: 'BUNQNL2A',
  handelsbanken: 'HANDNL2A',
  ing: 'INGBNL2A',
  knab: 'KNABNL2H',
  moneyou: 'MOYONL21',
  n26: 'NTSBDEB1',
  nn: 'NNBANL2G',
  rabobank: 'RABONL2U',
  regiobank: 'RBRBNL21',
  revolut: 'REVOLT21',
  sns_bank: 'SNSBNL2A',
  triodos_bank: 'TRIONL2U',
  van_lanschot: 'FVLBNL22',
  yoursafe: 'BITSNL2A',
};

const NAME = 'billing_details[name]';
const EMAIL = 'billing_details[email]';
const bankOf = ({ bank = null }: Record<string, string | null>) => ({ bank });

const TYPES: Readonly<Record<string, MethodType>> = {
  afterpay_clearpay: {},
  alipay: {},
  bancontact: { required: [NAME] },
  boleto: {
    required: ['boleto[tax_id]', NAME, EMAIL],
    details: ({ tax_id }) => ({ tax_id }),
  },
  eps: { required: [NAME], details: bankOf },
  fpx: {
    required: ['fpx[bank]'],
    details: ({ account_holder_type = 'individual', bank }) => ({ account_holder_type, bank }),
  },
  giropay: { required: [NAME] },
  grabpay: {},
  ideal: {
    details: ({ bank = null }: Record<string, string | null>) => ({ bank, bic: BICS[bank ?? ''] ?? null }),
  },
  oxxo: { required: [NAME, EMAIL] },
  p24: { required: [EMAIL], details: bankOf },
  sepa_debit: {
    required: ['sepa_debit[iban]', NAME, EMAIL],
    details: ({ iban = '' }) => accountDetails(checkIban(iban)),
  },
  sofort: { required: ['sofort[country]'], details: ({ country }) => ({ country }) },
  wechat_pay: {},
};

type Params = Readonly<Record<string, unknown>>;

/** The part of a payment method that is named like its type. Other types than those here are refused as not built. */
export function detailsOfType(type: string, params: object): object {
  const found = TYPES[type];
  if (!found) throw notImplemented(`payment methods of type ${type}`);
  const given = params as Params;
  for (const path of found.required ?? [])
    if (!at(given, path))
      throw invalidRequest(`Missing required param: ${path}.`, { code: 'parameter_missing', param: path });
  return found.details?.((given[type] ?? {}) as Record<string, string>) ?? {};
}

function at(params: Params, path: string): unknown {
  const [outer = '', inner = ''] = path.split(/[[\]]/);
  return (params[outer] as Params | undefined)?.[inner];
}

/** Each type takes its own details only. */
export function refuseForeignDetails(type: string, params: object): void {
  const foreign = ['card', ...Object.keys(TYPES)].find(
    (name) => name !== type && (params as Params)[name] !== undefined,
  );
  if (foreign !== undefined)
    throw invalidRequest(`Received unknown parameter: ${foreign}`, {
      code: 'parameter_unknown',
      param: foreign,
    });
}

/** Whether a customer can keep methods of this type, for which the others have no use. */
export function isSavable({ type }: Stripe.PaymentMethod): boolean {
  return type === 'card' || type === 'sepa_debit';
}
