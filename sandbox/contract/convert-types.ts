import ts from 'typescript';
import type { Definition, Schema } from './schema.js';

/** What TypeScript's `number` does not tell: Stripe's numbers are integers except these. */
const DECIMAL = /(^|_)(percent|percentage|percent_off|exchange_rate|rate|latitude|longitude)$/;

/** Turns types of the SDK into schemas; named interfaces become definitions. */
export class TypeConverter {
  readonly definitions = new Map<string, Definition>();

  constructor(private readonly checker: ts.TypeChecker) {}

  convert(type: ts.Type, name = ''): Schema {
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isUnion()) return this.union(type, name);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { type: 'string', enum: [type.value] };
    if (type.flags & ts.TypeFlags.BooleanLiteral)
      return { type: 'boolean', enum: [isTrue(this.checker, type)] };
    if (type.flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: DECIMAL.test(name) ? 'number' : 'integer' };
    if (this.checker.isArrayType(type))
      return { type: 'array', items: this.convert(this.argument(type), name) };
    if (type.flags & ts.TypeFlags.Object) return this.object(type);
    return { type: 'any' };
  }

  nameOf(type: ts.Type): string | undefined {
    const symbol = type.aliasSymbol ?? type.symbol;
    if (!symbol || symbol.name === '__type') return undefined;
    const fromStripe = symbol.declarations?.some((d) => d.getSourceFile().fileName.includes('stripe/types'));
    return fromStripe ? this.checker.getFullyQualifiedName(symbol).replace(/^.*?Stripe\./, '') : undefined;
  }

  private union(type: ts.UnionType, name: string): Schema {
    const literals = type.types.filter((t) => t.isStringLiteral() || t.isNumberLiteral());
    const values = literals.map((t) => (t as ts.LiteralType).value as string | number);
    const rest = type.types.filter(
      (t) =>
        !literals.includes(t as ts.StringLiteralType) &&
        !(t.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)),
    );
    const members: Schema[] = [];
    // The compiler orders a union by how it came across its members; the alphabet is Stripe's order, and repeats.
    const choices = values.filter((value) => value !== '').sort();
    if (choices.length > 0) members.push({ type: 'string', enum: choices });
    const booleans = rest.filter((t) => t.flags & ts.TypeFlags.BooleanLiteral);
    if (booleans.length === 2) members.push({ type: 'boolean' });
    else if (booleans[0]) members.push({ type: 'boolean', enum: [isTrue(this.checker, booleans[0])] });
    const others = rest.filter((t) => !(t.flags & ts.TypeFlags.BooleanLiteral));
    members.push(...this.members(others, name).sort(byText));
    const schema: Schema =
      members.length === 1 && members[0] ? members[0] : { type: 'union', anyOf: members };
    if (values.includes('')) schema.emptyable = true;
    if (type.types.some((t) => t.flags & ts.TypeFlags.Null)) schema.nullable = true;
    return schema;
  }

  private members(types: ts.Type[], name: string): Schema[] {
    const objects = types.filter((t) => this.isResource(t));
    const hasId = types.some((t) => t.flags & ts.TypeFlags.String);
    if (!hasId || objects.length === 0) return types.map((t) => this.convert(t, name));
    const others = types.filter((t) => !objects.includes(t) && !(t.flags & ts.TypeFlags.String));
    const expands = objects.map((t) => this.nameOf(t) ?? '').sort();
    return [{ type: 'string', expands }, ...others.map((t) => this.convert(t, name))];
  }

  private isResource(type: ts.Type): boolean {
    return Boolean(type.flags & ts.TypeFlags.Object) && type.getProperty('object') !== undefined;
  }

  private object(type: ts.Type): Schema {
    const name = this.nameOf(type);
    if (name === 'ApiList' || name === 'ApiSearchResult') return this.list(type);
    const index = this.checker.getIndexInfosOfType(type)[0];
    if (index) return { type: 'map', items: this.convert(index.type) };
    if (!name) throw new Error(`an anonymous type: ${this.checker.typeToString(type)}`);
    if (!this.definitions.has(name)) {
      this.definitions.set(name, { properties: {}, required: [] });
      this.definitions.set(name, this.definition(type));
    }
    return { type: 'ref', ref: name };
  }

  /** Items are named only: a list of invoices inside a customer must not pull in all of billing. */
  private list(type: ts.Type): Schema {
    const items = this.argument(type);
    const types = items.isUnion() ? items.types : [items];
    return {
      type: 'list',
      items: { type: 'string', expands: types.map((t) => this.nameOf(t) ?? '').sort() },
    };
  }

  private definition(type: ts.Type): Definition {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const propertyType = this.checker.getTypeOfSymbol(property);
      if (propertyType.getCallSignatures().length > 0) continue;
      properties[property.name] = this.convert(propertyType, property.name);
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    return { properties, required };
  }

  private argument(type: ts.Type): ts.Type {
    const argument =
      type.aliasTypeArguments?.[0] ?? this.checker.getTypeArguments(type as ts.TypeReference)[0];
    if (!argument) throw new Error(`no type argument: ${this.checker.typeToString(type)}`);
    return argument;
  }
}

function isTrue(checker: ts.TypeChecker, type: ts.Type): boolean {
  return checker.typeToString(type) === 'true';
}

function byText(a: Schema, b: Schema): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
