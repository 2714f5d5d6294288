import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type Stripe from 'stripe';
import { processingFee } from './ledger/currencies.js';
import type { Sandbox } from './start-sandbox.js';
import { checkedSandbox, RETURN_URL, raw, sdk } from './test-support.js';

/** One recorded exchange. Those that say the same, but for ids and times, are kept once. */
interface Recorded {
  name: string;
  /** Their places among all that was recorded. */
  numbers: number[];
  method: string;
  path: string;
  form: string;
  status: number;
  response: Record<string, unknown>;
}

interface Recordings {
  /** How many were recorded. */
  recorded: number;
  answers: Recorded[];
  balanceTransactions: Stripe.BalanceTransaction[];
}

const { recorded, answers, balanceTransactions } = JSON.parse(
  readFileSync(new URL('./fixtures/recordings.json', import.meta.url), 'utf8'),
) as Recordings;

/** Why a recording is not sent again: it begins in the middle of what the sandbox cannot bring about yet. */
const UNREACHED: Record<string, { because: string; numbers: number[] }> = {
  'charges of invoices': {
    because: 'an invoice makes them, and the billing machines come later (their fees are compared below)',
    numbers: [1, 9, 17, 22, 24, 26, 28, 30, 32, 39, 51, 61, 81, 83],
  },
  'payments of invoices': { because: 'the billing machines come later', numbers: [11, 13, 33] },
  subscriptions: { because: 'the billing machines come later', numbers: [18, 23, 27, 31, 47, 57, 84] },
};
const LISTED = Object.values(UNREACHED).flatMap(({ numbers }) => numbers);
const SENT = answers.filter(({ numbers }) => !numbers.some((number) => LISTED.includes(number)));

/** Answers of the real Stripe at this version, asked for again with the sandbox's own ids. */
describe('sandbox: recorded answers of Stripe', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  before(async () => {
    // A charge that has just succeeded has no balance transaction yet, and a slow machine must not see it come.
    sandbox = await checkedSandbox({ asyncDelayMs: 60_000 });
    stripe = sdk(sandbox);
  });
  after(() => sandbox.stop());

  const customer = async () =>
    (await stripe.customers.create({ email: 'stripe@example.org', name: 'Stripe User' })).id;

  /** A customer whose card is the default, as most recordings begin. */
  const withCard = async () => {
    const id = await customer();
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: card.id } });
    return { customer: id, paymentMethod: card.id };
  };

  const paidBy = async (params: Partial<Stripe.PaymentIntentCreateParams>) => {
    const ids = await withCard();
    const intent = await stripe.paymentIntents.create({
      amount: 2900,
      currency: 'usd',
      customer: ids.customer,
      payment_method: ids.paymentMethod,
      confirm: true,
      return_url: RETURN_URL,
      ...params,
    });
    return { ...ids, intent: intent.id, charge: intent.latest_charge as string };
  };

  /** The ids that a recorded request names, made here. */
  const prepare: Record<string, () => Promise<Record<string, string>>> = {
    'retrieve a customer': withCard,
    'set the default payment method': async () => {
      const id = await customer();
      const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
      return { customer: id, paymentMethod: card.id };
    },
    'capture what was authorised': () => paidBy({ capture_method: 'manual' }),
    'retrieve a captured charge': async () => {
      const ids = await paidBy({ capture_method: 'manual' });
      await stripe.paymentIntents.capture(ids.intent);
      return ids;
    },
    'retrieve the charge of a one-off payment': () =>
      paidBy({
        amount: 2500,
        shipping: {
          name: 'Recipient',
          address: { line1: 'One Infinite Loop', city: 'Cupertino', state: 'CA' },
        },
      }),
  };
  const customerOnly = async () => ({ customer: await customer() });

  const withIds = (text: string, ids: Record<string, string>) =>
    text
      .replace(/cus_\w{14}/g, ids.customer ?? '$&')
      .replace(/pm_1\w{23}/g, ids.paymentMethod ?? '$&')
      .replace(/pi_3\w{23}/g, ids.intent ?? '$&')
      .replace(/ch_3\w{23}/g, ids.charge ?? '$&');

  it('every recording is sent again, or listed with the reason why it cannot be', () => {
    const all = [...SENT.flatMap(({ numbers }) => numbers), ...LISTED].sort((a, b) => a - b);
    expect(recorded).to.equal(86);
    expect(all).to.deep.equal(Array.from({ length: recorded }, (_, number) => number));
  });

  for (const { name, numbers, method, path, form, status, response } of SENT)
    it(`answers as Stripe did: ${name} (${numbers.join(', ')})`, async () => {
      const ids = await (prepare[name] ?? customerOnly)();
      const body = method === 'POST' ? { body: withIds(encoded(form), ids) } : {};
      const answer = await raw(sandbox, withIds(path, ids), { method, ...body });
      expect(answer.status).to.equal(status);
      expect(differing(JSON.parse(answer.body), response, '')).to.deep.equal([]);
    });

  for (const { amount, currency, fee, net } of balanceTransactions)
    it(`takes the fee that Stripe took: ${fee} of ${amount} ${currency}`, () => {
      expect(processingFee(amount, currency)).to.equal(fee);
      expect(amount - fee).to.equal(net);
    });
});

function encoded(form: string): string {
  return form
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const split = pair.indexOf('=');
      return `${pair.slice(0, split)}=${encodeURIComponent(pair.slice(split + 1))}`;
    })
    .join('&');
}

/** Own to each account or each moment: only whether they are there is compared, and of which type they are. */
const OWN =
  /^(id|available_on|capture_before|created|exp_(month|year)|fingerprint|invoice_prefix|request_log_url|receipt_url|risk_score|calculated_statement_descriptor|network_transaction_id)$/;

/** What that account accepted besides cards was set in its dashboard. */
const DASHBOARD =
  /^\.(payment_method_types|payment_method_options\.(afterpay_clearpay|klarna|link|us_bank_account))$/;

/** Keys of later versions that Stripe already sent, and of older ones that it still did; no SDK of this version types them. */
const UNTYPED =
  /^(advice_code|network_advice_code|network_decline_code|authorization_code|destination|dispute|order)$/;

/** Those of cards are in the table of test cards. That of an account is Stripe's secret, and that of Boleto is untyped. */
const ACCOUNT_PRINT = /^\.(boleto|sepa_debit)\.fingerprint$/;

function differing(ours: unknown, theirs: unknown, path: string): string[] {
  if (DASHBOARD.test(path)) return [];
  if (typeof theirs === 'object' && theirs !== null && !Array.isArray(theirs)) {
    if (typeof ours !== 'object' || ours === null)
      return [`${path}: ${JSON.stringify(ours)} and not an object`];
    const mine = ours as Record<string, unknown>;
    return Object.entries(theirs).flatMap(([key, value]) => {
      if (UNTYPED.test(key) || ACCOUNT_PRINT.test(`${path}.${key}`)) return [];
      if (OWN.test(key)) return sameType(mine[key], value) ? [] : [`${path}.${key}: ${mine[key]}`];
      return differing(mine[key], value, `${path}.${key}`);
    });
  }
  if (typeof theirs === 'string' && isId(theirs) && typeof ours === 'string')
    return ours.split('_')[0] === theirs.split('_')[0] ? [] : [`${path}: ${ours} and not ${theirs}`];
  return withoutIds(ours) === withoutIds(theirs)
    ? []
    : [`${path}: ${JSON.stringify(ours)} and not ${JSON.stringify(theirs)}`];
}

function sameType(ours: unknown, theirs: unknown): boolean {
  return typeof ours === typeof theirs && (ours === null) === (theirs === null);
}

function withoutIds(value: unknown): string {
  return String(JSON.stringify(value)).replaceAll(/\b(ch_3|cus_)\w+/g, '$1');
}

function isId(text: string): boolean {
  return /^(cus|pm|pmc|ch|pi|seti|txn)_/.test(text);
}
