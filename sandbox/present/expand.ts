import { definition, definitionNameOf } from '../contract/contract.js';
import type { Schema } from '../contract/schema.js';
import { invalidRequest } from '../http/stripe-error.js';
import { withStatus } from '../ledger/balance-transactions.js';
import type { ApiKind, ApiObject, Kinds } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { includable } from './includable.js';

const MAXIMUM_DEPTH = 4;

type Fields = Record<string, unknown>;

/** Refuses, before anything happens, what could never be expanded in this answer. */
export function checkExpand(paths: readonly string[], returns: Schema): void {
  for (const path of paths) checkPath(path, returns);
}

function checkPath(path: string, returns: Schema): void {
  const segments = path.split('.');
  if (returns.type === 'list') {
    // Of a list itself nothing can be expanded, only of what is in it.
    if (segments[0] !== 'data' || segments.length === 1) throw cannotExpand(path, `data.${path}`);
    segments.shift();
  }
  if (segments.length > MAXIMUM_DEPTH)
    throw invalidRequest(
      `You cannot expand more than ${MAXIMUM_DEPTH} levels of a property. Property: ${path}`,
      {
        param: 'expand',
      },
    );
  let names = targets(returns.type === 'list' ? returns.items : returns);
  let leaf: Schema | undefined;
  for (const segment of segments) {
    if (segment === 'data' && leaf?.type === 'list') continue;
    // Beyond what the contract covers, such as an invoice, nothing is known to be wrong.
    if (names.length > 0 && !names.some(definition)) return;
    leaf = property(names, segment);
    if (!leaf) throw cannotExpand(path);
    names = targets(leaf);
  }
  if (leaf && !expandable(leaf) && !INCLUDABLE.has(segments.at(-1) ?? '')) throw cannotExpand(path);
}

/** Parts that are neither ids nor lists, and still come only when asked for. */
const INCLUDABLE = new Set([
  'applies_to',
  'breakdown',
  'cash_balance',
  'currency_options',
  'discounts',
  'invoice_credit_balance',
  'tax',
  'taxes',
  'tiers',
]);

function cannotExpand(path: string, instead?: string): Error {
  const hint = instead === undefined ? '' : ` You may want to try expanding '${instead}' instead.`;
  return invalidRequest(`This property cannot be expanded (${path}).${hint}`, { param: 'expand' });
}

function expandable(schema: Schema): boolean {
  if (schema.type === 'union') return (schema.anyOf ?? []).some(expandable);
  return schema.expands !== undefined || schema.type === 'list';
}

function property(names: readonly string[], key: string): Schema | undefined {
  for (const name of names) {
    const found = definition(name)?.properties[key];
    if (found) return found;
  }
  return undefined;
}

function targets(schema: Schema | undefined): string[] {
  if (!schema) return [];
  if (schema.type === 'ref') return [schema.ref ?? ''];
  if (schema.type === 'list' || schema.type === 'array') return targets(schema.items);
  return [...(schema.expands ?? []), ...(schema.anyOf ?? []).flatMap(targets)];
}

/** A copy of the answer with the named ids replaced by their objects. */
export function expand(tx: Transaction, object: ApiObject, paths: readonly string[]): ApiObject {
  let expanded = object;
  for (const path of paths) {
    const segments = path.split('.');
    expanded = into(tx, expanded, { segments }) as ApiObject;
  }
  return expanded;
}

interface Way {
  /** What is still to go. */
  segments: readonly string[];
  /** The API object that this part belongs to, and where in it the part lies. */
  inside?: { owner: ApiObject; path: string };
}

function into(tx: Transaction, node: unknown, way: Way): unknown {
  const [segment, ...rest] = way.segments;
  if (segment === undefined || node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((item) => into(tx, item, way));
  const fields = node as Fields & ApiObject;
  const place =
    way.inside && fields.object === undefined
      ? { owner: way.inside.owner, path: `${way.inside.path}.${segment}` }
      : { owner: fields, path: segment };
  const current = segment in fields ? fields[segment] : includable(tx, place.owner, place.path);
  if (current === undefined || current === null) return node;
  const names = targets(definition(definitionNameOf(fields.object) ?? '')?.properties[segment]);
  const whole = typeof current === 'string' ? (lookUp(tx, names, current) ?? current) : current;
  return { ...fields, [segment]: into(tx, whole, { segments: rest, inside: place }) };
}

const KIND_OF: Record<string, Exclude<ApiKind, 'event'>> = {
  Account: 'account',
  BalanceTransaction: 'balance_transaction',
  Charge: 'charge',
  'Checkout.Session': 'checkout.session',
  Customer: 'customer',
  Dispute: 'dispute',
  Mandate: 'mandate',
  PaymentIntent: 'payment_intent',
  PaymentMethod: 'payment_method',
  Price: 'price',
  Product: 'product',
  PromotionCode: 'promotion_code',
  Refund: 'refund',
  SetupAttempt: 'setup_attempt',
  SetupIntent: 'setup_intent',
};

function lookUp(tx: Transaction, names: readonly string[], id: string): unknown {
  for (const target of names) {
    const kind = KIND_OF[target];
    const found = kind === undefined ? undefined : tx.get(kind, id);
    if (found?.object === 'balance_transaction')
      return withStatus(found as Kinds['balance_transaction'], tx.now);
    if (found) return found;
  }
  return undefined;
}
