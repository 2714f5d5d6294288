export interface WebhookEndpoint {
  id: string;
  url: string;
  status: string;
  api_version: string | null;
  enabled_events: string[];
  metadata?: Record<string, string> | null;
}

export interface WantedEndpoint {
  url: string;
  apiVersion: string;
  events: readonly string[];
  scope: EndpointScope;
}

/** Whose events it brings: the account's own, or those of its connected accounts. */
export type EndpointScope = 'account' | 'connect';

/** Stripe does not tell the scope of an endpoint, so we write it down there. */
export const SCOPE_METADATA = 'guichet_scope';

export interface EndpointPlan {
  step: 'create' | 'nothing' | 'update';
  /** The endpoint that fits, or can be made to; null where one must be made. */
  current: WebhookEndpoint | null;
  /** Enabled ones with our address that cannot be made to fit. */
  outdated: WebhookEndpoint[];
}

/**
 * What to do at Stripe. API version and scope of an endpoint cannot be changed, so that another one means a new endpoint;
 * events and whether it is enabled can. One that says nothing of its scope was not made by us, and counts as the
 * account's: a new one too many brings duplicates, which count once; one too few brings nothing.
 */
export function planEndpoint(endpoints: readonly WebhookEndpoint[], wanted: WantedEndpoint): EndpointPlan {
  const ours = endpoints.filter(({ url }) => isSameUrl(url, wanted.url));
  const fitting = ours.filter(
    (each) => each.api_version === wanted.apiVersion && scopeOf(each) === wanted.scope,
  );
  const current = fitting.find(isEnabled) ?? fitting[0] ?? null;
  const outdated = ours.filter((each) => isEnabled(each) && !fitting.includes(each));
  if (current === null) return { step: 'create', current, outdated };
  const asWanted = isEnabled(current) && isSameSet(current.enabled_events, wanted.events);
  return { step: asWanted ? 'nothing' : 'update', current, outdated };
}

export function isSameUrl(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}

function scopeOf({ metadata }: WebhookEndpoint): EndpointScope {
  return metadata?.[SCOPE_METADATA] === 'connect' ? 'connect' : 'account';
}

function isEnabled({ status }: WebhookEndpoint): boolean {
  return status === 'enabled';
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const left = new Set(one);
  return left.size === new Set(other).size && other.every((each) => left.has(each));
}
