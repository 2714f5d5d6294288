import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { definition, definitionNameOf } from '../contract/contract.js';
import type { Definition, Schema } from '../contract/schema.js';

export type Fields = Record<string, unknown>;

/** What events carry beyond the contract of the sandbox. */
const others = new Map(
  Object.entries(
    JSON.parse(readFileSync(new URL('./event-objects.json', import.meta.url), 'utf8')) as Record<
      string,
      Definition
    >,
  ),
);

export function anyDefinition(name: string): Definition | undefined {
  return definition(name) ?? others.get(name);
}

const byObject = new Map(
  [...others].flatMap(([name, { properties }]) => {
    const [object, ...more] = properties.object?.enum ?? [];
    return object !== undefined && more.length === 0 ? [[String(object), name] as const] : [];
  }),
);

/** The name of the kind whose `object` this is, such as `Invoice` for `invoice`. */
export function anyDefinitionNameOf(object: string): string | undefined {
  return definitionNameOf(object) ?? byObject.get(object);
}

/** 2025-01-01T00:00:00Z: samples do not change from day to day. */
export const SAMPLE_TIME = 1_735_689_600;
export const SAMPLE_AMOUNT = 2000;

/** How ids of each kind begin. */
const PREFIXES: Record<string, string> = {
  Account: 'acct',
  Application: 'ca',
  ApplicationFee: 'fee',
  BalanceTransaction: 'txn',
  BankAccount: 'ba',
  Card: 'card',
  Charge: 'ch',
  'Checkout.Session': 'cs_test',
  CreditNote: 'cn',
  Customer: 'cus',
  DeletedCustomer: 'cus',
  Dispute: 'dp',
  Discount: 'di',
  FeeRefund: 'fr',
  File: 'file',
  Invoice: 'in',
  InvoiceItem: 'ii',
  InvoiceLineItem: 'il',
  Mandate: 'mandate',
  PaymentIntent: 'pi',
  PaymentLink: 'plink',
  PaymentMethod: 'pm',
  Payout: 'po',
  Person: 'person',
  Plan: 'plan',
  Price: 'price',
  Product: 'prod',
  PromotionCode: 'promo',
  Quote: 'qt',
  'Radar.EarlyFraudWarning': 'issfr',
  Refund: 're',
  Review: 'prv',
  SetupAttempt: 'setatt',
  SetupIntent: 'seti',
  Source: 'src',
  Subscription: 'sub',
  SubscriptionItem: 'si',
  SubscriptionSchedule: 'sub_sched',
  TaxId: 'txi',
  TaxRate: 'txr',
  'TestHelpers.TestClock': 'clock',
  Topup: 'tu',
  Transfer: 'tr',
};

const TEXTS: Record<string, string> = {
  country: 'US',
  currency: 'usd',
  default_currency: 'usd',
  destination: 'acct_1032D82eZvKYlo2C',
  email: 'jenny.rosen@example.com',
  fingerprint: 'Xt5EWLLDS7FJjRtc',
  last4: '4242',
  name: 'Jenny Rosen',
  brand: 'visa',
};

/** Builds objects that have every field Stripe always sends: what may be null is null, what must be there is plausible. */
export class Sampler {
  constructor(private readonly seed: string) {}

  /** The same prefix is the same id, so that the objects of an event refer to each other. */
  id(prefix: string): string {
    return `${prefix}_1${digest(`${this.seed} ${prefix}`).slice(0, 23)}`;
  }

  idOf(name: string): string {
    return this.id(
      PREFIXES[name] ??
        name
          .toLowerCase()
          .replace(/[^a-z]/g, '')
          .slice(0, 8),
    );
  }

  secret(prefix: string): string {
    return `${prefix}_secret_${digest(`${this.seed} secret`).slice(0, 25)}`;
  }

  build(name: string, fields: Fields = {}): Fields {
    const shape = anyDefinition(name);
    if (!shape) throw new Error(`Stripe has no ${name}`);
    const built: Fields = {};
    for (const key of shape.required)
      built[key] = Object.hasOwn(fields, key) ? fields[key] : this.field(name, key, shape);
    return { ...built, ...fields };
  }

  private field(owner: string, key: string, shape: Definition): unknown {
    const schema = shape.properties[key] ?? { type: 'any' };
    if (key === 'id' && shape.properties.object) return this.idOf(owner);
    return this.value(key, schema);
  }

  private value(key: string, schema: Schema): unknown {
    if (schema.nullable) return null;
    if (schema.expands) return this.idOf(schema.expands[0] ?? '');
    if (schema.enum) return schema.enum[0];
    switch (schema.type) {
      case 'ref':
        return anyDefinition(schema.ref ?? '') ? this.build(schema.ref ?? '') : {};
      case 'union':
        return this.value(key, schema.anyOf?.[0] ?? { type: 'any' });
      case 'array':
        return [];
      case 'list':
        return { object: 'list', data: [], has_more: false, url: `/v1/${key}` };
      case 'boolean':
        return false;
      case 'string':
        return text(key);
      case 'integer':
      case 'number':
        return number(key);
      default:
        return {};
    }
  }
}

function text(key: string): string {
  if (/url$/.test(key)) return 'https://example.com/';
  return TEXTS[key] ?? `sample_${key}`;
}

function number(key: string): number {
  if (/(^created$|_at$|_on$|_date$|_start$|_end$|^date$|timestamp|_time$|_anchor$|updated$)/.test(key))
    return SAMPLE_TIME;
  if (/(^|_)(amount|total|subtotal|price|net)($|_due$)/.test(key)) return SAMPLE_AMOUNT;
  if (/exp_month/.test(key)) return 12;
  if (/exp_year|year/.test(key)) return 2034;
  return key === 'quantity' ? 1 : 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64').replace(/[+/=]/g, 'x');
}
