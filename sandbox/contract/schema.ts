/** The shape of one value, as generated from the types of the SDK. */
export interface Schema {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'map' | 'list' | 'ref' | 'union' | 'any';
  nullable?: true;
  /** An empty string unsets it (the SDK's `Emptyable<T>`). */
  emptyable?: true;
  enum?: (string | number | boolean)[];
  items?: Schema;
  ref?: string;
  anyOf?: Schema[];
  /** An id that `expand` turns into one of these definitions. */
  expands?: string[];
}

export interface Definition {
  properties: Record<string, Schema>;
  required: string[];
}

export interface ContractRoute {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  params: string | null;
  returns: Schema;
}

export interface Contract {
  apiVersion: string;
  sdk: string;
  routes: ContractRoute[];
  /** Every other `METHOD path` of the SDK: known to Stripe, outside this contract. */
  otherRoutes: string[];
  /** Event type to the definition of its `data.object`. */
  events: Record<string, Schema>;
  definitions: Record<string, Definition>;
}
