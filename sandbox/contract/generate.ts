/**
 * Writes contract.json from the types and routes of the installed SDK, and testing/event-objects.json, which has what events
 * carry beyond the contract. `npx tsx sandbox/contract/generate.ts [--check]`: with `--check` it fails when they differ.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { TypeConverter } from './convert-types.js';
import type { Contract, ContractRoute, Definition, Schema } from './schema.js';

/** What the contract covers. A new machine starts by adding its resource here. */
const RESOURCES = [
  'Accounts',
  'Balance',
  'BalanceTransactions',
  'Charges',
  'Checkout.Sessions',
  'Coupons',
  'Customers',
  'Disputes',
  'Events',
  'Mandates',
  'PaymentIntents',
  'PaymentMethods',
  'Prices',
  'Products',
  'PromotionCodes',
  'Radar.EarlyFraudWarnings',
  'Refunds',
  'SetupAttempts',
  'SetupIntents',
  'Tokens',
  'WebhookEndpoints',
];

interface SdkMethod {
  resource: string;
  name: string;
  method: ContractRoute['method'];
  path: string;
}

const contractFile = new URL('./contract.json', import.meta.url);
const eventObjectsFile = new URL('../testing/event-objects.json', import.meta.url);
const stripeRoot = dirname(dirname(createRequire(import.meta.url).resolve('stripe')));

function sdkMethods(folder: string): SdkMethod[] {
  const found: SdkMethod[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...sdkMethods(path));
    else if (entry.name.endsWith('.js')) found.push(...methodsOf(path));
  }
  return found;
}

function methodsOf(file: string): SdkMethod[] {
  const resource = relative(join(stripeRoot, 'cjs/resources'), file)
    .replace(/\.js$/, '')
    .replaceAll('/', '.');
  const source = readFileSync(file, 'utf8');
  const methods: SdkMethod[] = [];
  for (const [, name = '', body = ''] of source.matchAll(/(\w+): stripeMethod\(\{([\s\S]*?)\}\)/g)) {
    const method = /method: '(\w+)'/.exec(body)?.[1];
    const path = /fullPath: '([^']+)'/.exec(body)?.[1];
    if (path?.startsWith('/v1/'))
      methods.push({ resource, name, method: method as SdkMethod['method'], path });
  }
  // The SDK builds this one by hand, outside its table of methods.
  if (resource === 'Accounts')
    methods.push({ resource, name: 'retrieve', method: 'GET', path: '/v1/accounts/{account}' });
  return methods;
}

class Generator {
  private readonly program = ts.createProgram([join(stripeRoot, 'types/index.d.ts')], {
    lib: ['lib.es2022.d.ts'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  });
  private readonly checker = this.program.getTypeChecker();
  private readonly converter = new TypeConverter(this.checker);

  contract(): Contract {
    const methods = sdkMethods(join(stripeRoot, 'cjs/resources')).sort(
      (a, b) => compare(a.path, b.path) || compare(a.method, b.method),
    );
    const routes = methods.filter((m) => RESOURCES.includes(m.resource)).map((m) => this.route(m));
    routes.push(refundsOfCharge(routes));
    const events = this.events();
    const otherRoutes = methods
      .filter((m) => !RESOURCES.includes(m.resource))
      .map((m) => `${m.method} ${m.path}`);
    const known = [...this.converter.definitions].map(withCardData).sort(([a], [b]) => compare(a, b));
    const definitions = Object.fromEntries(known);
    const { version } = JSON.parse(readFileSync(join(stripeRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { apiVersion: this.apiVersion(), sdk: version, routes, otherRoutes, events, definitions };
  }

  /** The objects of events whose resources the contract does not cover. */
  eventObjects(covered: Readonly<Record<string, Definition>>): Record<string, Definition> {
    for (const event of this.unionOf('Event'))
      for (const type of this.objectsOf(event)) this.converter.convert(type);
    const others = [...this.converter.definitions].filter(([name]) => !Object.hasOwn(covered, name));
    return Object.fromEntries(others.sort(([a], [b]) => compare(a, b)));
  }

  private route(method: SdkMethod): ContractRoute {
    const declaration = this.declaration(method);
    const parameter = declaration.parameters.find((p) => p.name.getText() === 'params')?.type;
    const params = parameter
      ? this.converter.convert(this.checker.getTypeFromTypeNode(parameter)).ref
      : undefined;
    return {
      method: method.method,
      path: method.path,
      params: params ?? null,
      returns: this.returns(declaration),
    };
  }

  /** Of the overloads, the one that takes `params`. */
  private declaration({ resource, name }: SdkMethod): ts.MethodDeclaration {
    const file = `${resource.replaceAll('.', '/')}Resource.d.ts`;
    const source = this.program.getSourceFile(join(stripeRoot, 'types', file));
    const found: ts.MethodDeclaration[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isMethodDeclaration(node) && node.name.getText() === name) found.push(node);
      ts.forEachChild(node, visit);
    };
    if (source) visit(source);
    const best = found.sort((a, b) => rank(b) - rank(a))[0];
    if (!best) throw new Error(`no types for ${resource}.${name} in ${file}`);
    return best;
  }

  private returns(declaration: ts.MethodDeclaration): Schema {
    const outer = declaration.type;
    if (!outer || !ts.isTypeReferenceNode(outer)) throw new Error('a method without a return type');
    const first = outer.typeArguments?.[0];
    if (!first) throw new Error(`no type argument in ${outer.getText()}`);
    if (outer.getText().startsWith('Api')) return { type: 'list', items: this.schema(first) };
    const inner = ts.isTypeReferenceNode(first) ? first.typeArguments?.[0] : undefined;
    return this.schema(inner ?? first);
  }

  private schema(node: ts.TypeNode): Schema {
    // All events share one envelope; `events` tells what is inside.
    if (node.getText() === 'Stripe.Event') return this.converter.convert(this.eventBase());
    return this.converter.convert(this.checker.getTypeFromTypeNode(node));
  }

  private events(): Record<string, Schema> {
    const events: Record<string, Schema> = {};
    for (const event of this.unionOf('Event')) {
      const type = this.checker.getTypeOfSymbol(property(event, 'type')) as ts.StringLiteralType;
      events[type.value] = {
        type: 'string',
        expands: this.objectsOf(event)
          .map((t) => this.converter.nameOf(t) ?? '')
          .sort(),
      };
    }
    return Object.fromEntries(Object.entries(events).sort(([a], [b]) => compare(a, b)));
  }

  private objectsOf(event: ts.Type): ts.Type[] {
    const data = this.checker.getTypeOfSymbol(property(event, 'data'));
    const object = this.checker.getTypeOfSymbol(property(data, 'object'));
    return object.isUnion() ? object.types : [object];
  }

  private unionOf(alias: string): ts.Type[] {
    const file = this.program.getSourceFile(join(stripeRoot, 'types/EventTypes.d.ts'));
    let found: ts.Type | undefined;
    const visit = (node: ts.Node): void => {
      if (ts.isTypeAliasDeclaration(node) && node.name.text === alias)
        found = this.checker.getTypeAtLocation(node.name);
      else ts.forEachChild(node, visit);
    };
    if (file) visit(file);
    if (!found?.isUnion()) throw new Error(`no union ${alias}`);
    return found.types;
  }

  private eventBase(): ts.Type {
    const first = this.unionOf('Event')[0];
    const base = first?.isClassOrInterface() ? this.checker.getBaseTypes(first)[0] : undefined;
    if (!base) throw new Error('events without a base');
    return base;
  }

  private apiVersion(): string {
    const source = readFileSync(join(stripeRoot, 'cjs/apiVersion.js'), 'utf8');
    return /ApiVersion = '([^']+)'/.exec(source)?.[1] ?? '';
  }
}

/** The `url` of the refunds inside a charge, which no method of the SDK has. */
function refundsOfCharge(routes: readonly ContractRoute[]): ContractRoute {
  const all = routes.find(({ method, path }) => method === 'GET' && path === '/v1/refunds');
  if (!all) throw new Error('no list of refunds');
  return { ...all, path: '/v1/charges/{charge}/refunds' };
}

/** The API takes cards in the `payment_method_data` of intents; the SDK's types leave them out. */
function withCardData([name, shape]: [string, Definition]): [string, Definition] {
  const { type } = shape.properties;
  if (!/^(Payment|Setup)Intent\w+Params\.PaymentMethodData$/.test(name) || !type?.enum) return [name, shape];
  const card: Schema = { type: 'ref', ref: 'PaymentMethodCreateParams.Card' };
  const properties = { ...shape.properties, card, type: { ...type, enum: [...type.enum, 'card'].sort() } };
  return [name, { ...shape, properties }];
}

function property(type: ts.Type, name: string): ts.Symbol {
  const symbol = type.getProperty(name);
  if (!symbol) throw new Error(`no property ${name}`);
  return symbol;
}

function rank(declaration: ts.MethodDeclaration): number {
  const takesParams = declaration.parameters.some((p) => p.name.getText() === 'params');
  return (takesParams ? 10 : 0) + declaration.parameters.length;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One definition a line: small, and a change of the SDK reads well in a diff. */
function printContract(contract: Contract): string {
  return `{
"apiVersion": ${JSON.stringify(contract.apiVersion)},
"sdk": ${JSON.stringify(contract.sdk)},
"routes": [
${contract.routes.map((route) => JSON.stringify(route)).join(',\n')}
],
"otherRoutes": [
${contract.otherRoutes.map((route) => JSON.stringify(route)).join(',\n')}
],
"events": ${printRecord(contract.events)},
"definitions": ${printRecord(contract.definitions)}
}
`;
}

function printRecord(record: object): string {
  const lines = Object.entries(record).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}`;
}

const generator = new Generator();
const contract = generator.contract();
const files = [
  { file: contractFile, text: printContract(contract) },
  { file: eventObjectsFile, text: `${printRecord(generator.eventObjects(contract.definitions))}\n` },
];
for (const { file, text } of files) {
  const name = file.pathname.split('/').at(-1) ?? '';
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    process.stdout.write(`${name}: ${text.length} bytes\n`);
  } else if (readFileSync(file, 'utf8') !== text) {
    process.exitCode = 1;
    process.stdout.write(`${name} is not what the SDK says: run it without --check\n`);
  } else process.stdout.write(`${name} is current\n`);
}
