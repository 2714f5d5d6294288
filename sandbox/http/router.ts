import { contract } from '../contract/contract.js';
import type { ContractRoute } from '../contract/schema.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

export interface Call<P> {
  tx: Transaction;
  params: P;
  /** The ids in the path, in order. */
  ids: readonly string[];
  path: string;
}

export type Handler = (call: Call<Record<string, unknown>>) => ApiObject;

/** `POST /v1/refunds` to what happens then. */
export type Machine = Readonly<Record<string, Handler>>;

/** The contract has checked the parameters by the time a handler sees them: this is where they get their type. */
export function operation<P>(handler: (call: Call<P>) => ApiObject): Handler {
  return (call) => handler(call as unknown as Call<P>);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

interface Node {
  children: Map<string, Node>;
  wildcard?: Node;
  routes: Map<string, Route>;
}

export interface Route {
  key: string;
  /** Undefined for a route of Stripe that lies outside the contract. */
  contract: ContractRoute | undefined;
  handler: Handler | undefined;
}

export interface Match {
  route: Route;
  ids: readonly string[];
}

const NO_IDS: readonly string[] = [];

export class Router {
  private readonly root: Node = { children: new Map(), routes: new Map() };
  /** The paths without ids, by themselves. */
  private readonly fixed = new Map<string, Node>();

  constructor(machines: readonly Machine[]) {
    const handlers = new Map(machines.flatMap((machine) => Object.entries(machine)));
    for (const route of contract.routes) {
      const key = `${route.method} ${route.path}`;
      this.add({ key, contract: route, handler: handlers.get(key) });
      handlers.delete(key);
    }
    for (const key of contract.otherRoutes) this.add({ key, contract: undefined, handler: undefined });
    const [stray] = handlers.keys();
    if (stray !== undefined) throw new Error(`${stray} is not a route of the contract`);
  }

  match(method: string, path: string): Match | undefined {
    const route = this.fixed.get(path)?.routes.get(method);
    return route ? { route, ids: NO_IDS } : this.search(method, path);
  }

  private search(method: string, path: string): Match | undefined {
    const ids: string[] = [];
    let node: Node | undefined = this.root;
    for (const segment of path.split('/')) {
      if (segment === '') continue;
      const fixed: Node | undefined = node.children.get(segment);
      if (!fixed && node.wildcard) ids.push(decoded(segment));
      node = fixed ?? node.wildcard;
      if (!node) return undefined;
    }
    const route = node.routes.get(method);
    return route && { route, ids };
  }

  private add(route: Route): void {
    const [method = '', path = ''] = route.key.split(' ');
    let node = this.root;
    for (const segment of path.split('/')) {
      if (segment === '') continue;
      node = segment.startsWith('{') ? wildcard(node) : child(node, segment);
    }
    if (!node.routes.has(method)) node.routes.set(method, route);
    if (!path.includes('{')) this.fixed.set(path, node);
  }
}

function child(node: Node, segment: string): Node {
  let next = node.children.get(segment);
  if (!next) {
    next = { children: new Map(), routes: new Map() };
    node.children.set(segment, next);
  }
  return next;
}

function wildcard(node: Node): Node {
  node.wildcard ??= { children: new Map(), routes: new Map() };
  return node.wildcard;
}
