import type { CheckoutUrl } from '../services/checkout/checkout-url.js';
import type { CallContext, UseCases } from '../services/use-cases.js';

/** What a controller is given: validated input, and who asks. */
export interface ApiRequest<Body = undefined, Params = undefined, Query = undefined> {
  body: Body;
  params: Params;
  query: Query;
  call: CallContext;
}

export interface Readiness {
  ok: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** Everything that controllers may call. */
export interface Services {
  useCases: UseCases;
  readiness(): Promise<Readiness>;
  checkoutUrl: CheckoutUrl;
}
